"""What went wrong in 0.1.0, as people met it: one test for each kind of fault that no other test meets in this way.

They ask the product for nothing that 0.1.0 has not: the loop with its clock, robots on loopback, documents, the loader
and the battery for authors. So each can be run on 0.1.0, where it fails by what people met, not for want of a name.
"""
