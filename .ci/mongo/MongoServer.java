import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;
import java.util.Map;

/**
 * The MongoDB of the integration tests: MongoServer VERSION PORT [FILE]. PORT 0 takes a free one; FILE keeps the data
 * over an orderly end (SIGTERM). The first line on standard output is the URI.
 */
public class MongoServer {
    // Drivers refuse a server by its wire version, and the library announces none that the newest pymongo accepts.
    static final Map<String, Integer> WIRE_VERSIONS = Map.of("4.0", 7, "7.0", 21);

    record Announced(List<Integer> getVersionArray, int getWireVersion) implements MongoVersion {}

    public static void main(String[] args) {
        String[] version = args[0].split("\\.");
        MongoBackend backend = args.length > 2 ? new H2Backend(args[2]) : new MemoryBackend();
        backend.version(new Announced(
            List.of(Integer.valueOf(version[0]), Integer.valueOf(version[1]), 0), WIRE_VERSIONS.get(args[0])));
        var server = new de.bwaldvogel.mongo.MongoServer(backend);
        server.bind("127.0.0.1", Integer.parseInt(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println("mongodb://127.0.0.1:" + server.getLocalAddress().getPort() + "/");
    }
}
