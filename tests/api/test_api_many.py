"""Many requests at the same time."""

import asyncio
from collections import Counter

import httpx2
import pytest

MANY = 120
"""More than there are threads and connections together."""


@pytest.mark.parametrize("path", ["/settings", "/api/v1/analyses"])
def test_many_reads_at_once_do_not_wait_for_each_other_in_vain(service, owner, path):
    async def ask_all():
        where = httpx2.ASGITransport(service.app)
        async with httpx2.AsyncClient(
            transport=where, base_url="http://testserver", cookies=owner.client.cookies
        ) as client:
            return await asyncio.gather(*(client.get(path) for _ in range(MANY)))

    answers = asyncio.run(ask_all())
    assert Counter(answer.status_code for answer in answers) == {200: MANY}
