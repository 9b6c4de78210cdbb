"""Python runs this when it starts with this folder on its path: botocore's retries then come without a pause.

Emulators answer 500 where they lack an operation, each time; waiting until it is asked for the sixth time takes half a minute.
"""

from botocore.retries import standard

standard.ExponentialBackoff.delay_amount = lambda *_: 0  # type: ignore[method-assign] # for the whole process
