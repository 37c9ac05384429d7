"""The mutants. To add one: a sentence, a text that stands once in a file, what stands there instead, and tests that are
quick.
"""

from tests.mutants.harness import Mutant

HTTP = 'tests/notifiers/test_http.py'
LINE = 'tests/notifiers/test_line.py'
REQUEST = 'tests/notifiers/test_request.py'
LOOP = 'tests/worker/test_loop.py'
DECLARED = 'tests/contract/test_declared.py'
FEISHU = 'tests/notifiers/feishu/test_worker.py'
FOLLOW = 'tests/worker/test_follow.py'
LEAKS = 'tests/contract/test_leaks.py'
OUTCOMES = 'tests/worker/test_outcomes.py'
DISPATCH = 'tests/plugins/test_dispatch.py'

MUTANTS = (
    # The transport.
    Mutant('a message that may have arrived is in doubt', 'notifiers/http.py',
           'Reason.UNKNOWN if line.begun and request.delivers else Reason.UNREACHABLE', 'Reason.UNREACHABLE',
           [HTTP, '-k', 'it_means']),
    Mutant('a request that delivers nothing is never in doubt', 'notifiers/http.py',
           'Reason.UNKNOWN if line.begun and request.delivers else Reason.UNREACHABLE',
           'Reason.UNKNOWN if line.begun else Reason.UNREACHABLE', [HTTP, LINE]),
    Mutant('a redirect is not followed', 'notifiers/http.py', 'allow_redirects=False', 'allow_redirects=True',
           [HTTP, '-k', 'it_means']),
    Mutant('proxies of the environment are not used', 'notifiers/http.py',
           'session.trust_env = False', 'session.trust_env = True', [HTTP]),
    Mutant('a service that asks for a pause gets it', 'notifiers/http.py', 'if status == 429:', 'if status == 0:',
           [HTTP]),
    Mutant('an endless answer is not read to its end', 'notifiers/http.py',
           'if len(data) > MAX_ANSWER:', 'if False:', [HTTP]),
    Mutant('everything together has a limit', 'notifiers/http.py',
           'with alarm(total, line.cut):', 'with alarm(total * 999, line.cut):',
           [HTTP + '::test_everything_together_has_a_limit']),
    Mutant('an error of the transport shows no credential', 'notifiers/http.py',
           'return redact(words, self._secrets)[:300]', 'return words[:300]', [HTTP, '-k', 'it_means']),
    Mutant('a request that nobody waits for does not begin', 'notifiers/line.py',
           'self._stay.begin()', 'pass', [LINE + '::test_a_call_that_nobody_waits_for_sends_nothing']),
    Mutant('a request without a body begins with its first byte, too', 'notifiers/line.py',
           'if not self._tunnelling:', 'if not self._tunnelling and isinstance(data, str):',
           [REQUEST, '-k', 'first_byte or without_a_body']),
    Mutant('asking a proxy for a tunnel is no request', 'notifiers/line.py',
           'self._tunnelling = True', 'pass', [REQUEST, '-k', 'tunnel']),
    Mutant('what was judged is connected to', 'notifiers/line.py',
           'return found if self._guard is None else allowed(host, found, self._guard)', 'return found',
           [REQUEST, '-k', 'judged or allowed']),
    Mutant('an address in another is judged, too', 'notifiers/addresses.py',
           "ipaddress.IPv6Network('::ffff:0:0/96'), ", '', ['tests/notifiers/test_addresses.py', '-k', 'public']),
    Mutant('a server is believed by the certificates that were given', 'notifiers/http.py',
           'verify=self._ca_bundle or True', 'verify=False', ['tests/notifiers/test_trust.py', '-k', 'believed']),
    # Sending.
    Mutant('nothing is asked of a stopped target', 'jobs/steps.py', 'if policy.stopped:', 'if False:',
           ['tests/jobs/test_steps.py', '-k', 'stopped']),
    Mutant('who started a target meanwhile has the last word', 'settings/stops.py',
           'asked_at < at <= now + SLACK', 'False', ['tests/settings/test_stops.py', '-k', 'somebody_started']),
    Mutant('the words of a service are stored without credentials', 'worker/posting.py',
           'lambda text: _text(text, target)[:most]', 'lambda text: _storable(text)[:most]',
           [DECLARED, '-k', 'plain']),
    Mutant('a link in a message is of its own run', 'worker/posting.py',
           "if record is None or record.run_id not in job.run_ids:\n            return ''",
           "if record is None:\n            return ''", [FOLLOW, '-k', 'placeholder']),
    Mutant('an attempt is on record before it leaves', 'worker/posting.py',
           'outcome = yield from _attempt(notifier, target, \'send\'',
           'self._jobs.change(marked, job.evolve(rev=marked.rev))\n'
           '        outcome = yield from _attempt(notifier, target, \'send\'', [LOOP]),
    Mutant('each page has a key of its own', 'worker/rendering.py', 'str(index), \'repeat\'', '\'0\', \'repeat\'',
           [LOOP, '-k', 'split']),
    Mutant('a repeat that people asked for has a new key', 'worker/rendering.py',
           "'repeat' if job.repeat else ''", "''", [LOOP]),
    Mutant('a robot is never sent to faster than it allows', 'worker/send.py',
           '(held.lease.sent + [now])[-count:]', '[now]', [LOOP, '-k', 'eighteen']),
    Mutant('nor faster than it allows in a second', 'worker/send.py',
           'for pace in (notifier.pace, notifier.burst) if pace', 'for pace in (notifier.pace,)',
           [FEISHU, '-k', 'faster']),
    Mutant('what is due at a full hour is spread', 'worker/send.py', 'rush_wait(job.id, now, notifier.rush)',
           'rush_wait(job.id, now, 0.0)', [FEISHU, '-k', 'full_hour']),
    Mutant('a lane rests after its service said that we are too fast', 'worker/send.py',
           'self.rest = timedelta(seconds=max(cool_down, outcome.retry_after or 0))', 'pass',
           [LOOP, '-k', 'throttled']),
    Mutant('what a quick retry waits for is not passed by others', 'worker/send.py',
           'self.rest = steps.holds_up(after, now)', 'pass', [LOOP, OUTCOMES]),
    # The worker.
    Mutant('a target that nobody answers for is an error, not silence', 'worker/plan.py',
           "if ('notify', target.name) not in planned and target.name not in plan.skipped:", 'if False:',
           [FOLLOW, '-k', 'declines']),
    Mutant('what a notifier declares is a secret', 'worker/context.py',
           'settings = seal_declared(settings, plugins)', 'pass', [DECLARED, '-k', 'reaches']),
    Mutant('a plugin that hangs is not asked again', 'plugins/guard.py', 'raise Hangs(fault)', 'pass', [DISPATCH]),
    Mutant('a plugin that is switched off is not asked', 'plugins/dispatch.py',
           'if implementation.plugin_name not in self._left_out', 'if True',
           ['tests/worker/test_switching.py', '-k', 'not_asked']),
    Mutant('the page shows no option that is not ours', 'credentials.py',
           "if name in OURS.get(channel, ()) and name not in declared", 'if True', [DECLARED]),
)  # fmt: skip

#: Those that every run of the suite on the newest Python sees killed.
SHORT = (
    'a message that may have arrived is in doubt',
    'a redirect is not followed',
    'everything together has a limit',
    'an error of the transport shows no credential',
    'a request that nobody waits for does not begin',
    'the words of a service are stored without credentials',
    'each page has a key of its own',
    'a robot is never sent to faster than it allows',
    'a lane rests after its service said that we are too fast',
    'a target that nobody answers for is an error, not silence',
    'what a notifier declares is a secret',
    'a plugin that is switched off is not asked',
)
