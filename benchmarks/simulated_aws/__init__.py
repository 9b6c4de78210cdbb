"""An AWS account behind HTTP on the loopback interface, for measuring what reads accounts.

It answers in botocore's wire protocols after a fixed latency, throttles at the published request rates when
asked to, and counts what it was asked. It is read-only and deterministic: the same size gives the same
account, so measurements can be compared.

| module | idea |
|---|---|
| `size` | what the account holds and how the service behaves |
| `wire` | HTTP/1.1 requests and responses as bytes |
| `models`, `routing`, `decoding` | from a request to an operation of a service model and its parameters |
| `encoding*`, `empty` | from a dict in boto3's response shape to bytes, and the emptiest valid output |
| `services/` | one file per family of operations: functions from a call to such a dict |
| `rates` | token buckets per API and Region |
| `server`, `process` | the asyncio server, and a child process that runs it |
"""
