"""The service: upload a set, watch it being judged, come back to it.

`formcheck serve` starts it, `formcheck worker` adds hands on this machine or another. Everything here is
edge: what is measured and judged comes from `formcheck`, which knows nothing of this package.
"""
