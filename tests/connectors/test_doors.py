"""Who is let in to the page, and what a stranger gets to hear."""

import pytest

from tests.connectors.visitor import COOKIE, TOKEN, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/?token=wrong", {}),
        ("/?token=", {}),
        ("/?token=%F0%9F%94%91%00", {}),
        ("/", {"Cookie": "atlas_page=wrong"}),
        ("/", {"Cookie": "atlas_page="}),
    ],
)
async def test_the_page_stays_shut_without_the_token(
    visitor: Visitor, path: str, headers: dict[str, str]
) -> None:
    async with visitor.get(path, headers) as answer:
        assert answer.status == 403
        assert "Open the address that Atlas printed" in await answer.text()
        assert "Set-Cookie" not in answer.headers


async def test_the_token_becomes_a_strict_cookie_and_leaves_the_address(visitor: Visitor) -> None:
    async with visitor.get(f"/?token={TOKEN}") as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/"
        cookie = answer.headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    async with visitor.get("/", {"Cookie": cookie.partition(";")[0]}) as page:
        assert page.status == 200
        assert "<title>Atlas</title>" in await page.text()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.:{port}"]
)
@pytest.mark.parametrize("path", ["/", "/web/socket", "/web/static/app.js", "/healthz"])
async def test_a_foreign_host_is_turned_away_everywhere(
    visitor: Visitor, host: str, path: str
) -> None:
    headers = {**COOKIE, "Host": host.format(port=visitor.port)}

    async with visitor.get(path, headers) as answer:
        assert answer.status == 421


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_each_name_of_this_machine_is_let_in(visitor: Visitor, name: str) -> None:
    host = f"{name}:{visitor.port}"

    async with visitor.get("/", {**COOKIE, "Host": host}) as answer:
        assert answer.status == 200
    assert await visitor.knock({**COOKIE, "Host": host, "Origin": f"http://{host}"}) == 101


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {}),
        (403, {**COOKIE}),
        (403, {**COOKIE, "Origin": "null"}),
        (403, {**COOKIE, "Origin": "https://evil.example"}),
        (403, {**COOKIE, "Origin": "http://127.0.0.1:{port}.evil.example"}),
        (403, {**COOKIE, "Origin": "http://127.0.0.1:1"}),
        (403, {**COOKIE, "Origin": "http://localhost:{port}"}),
        (403, {"Origin": "http://127.0.0.1:{port}"}),
        (403, {"Cookie": "atlas_page=wrong", "Origin": "http://127.0.0.1:{port}"}),
        (421, {**COOKIE, "Origin": "http://evil.example", "Host": "evil.example"}),
        (101, {**COOKIE, "Origin": "http://127.0.0.1:{port}"}),
    ],
)
async def test_the_socket_opens_only_to_the_page_itself(
    visitor: Visitor, status: int, headers: dict[str, str]
) -> None:
    given = {name: value.format(port=visitor.port) for name, value in headers.items()}

    assert await visitor.knock(given) == status


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", COOKIE, 200),
        ("/", {}, 403),
        ("/", {**COOKIE, "Host": "evil.example"}, 421),
        (f"/?token={TOKEN}", {}, 303),
        ("/web/static/app.js", {}, 200),
        ("/web/static/absent.js", {}, 404),
        ("/web/socket", {}, 403),
        ("/nothing/here", COOKIE, 404),
        ("/healthz", {}, 200),
        ("/stats", COOKIE, 404),
    ],
)
async def test_every_answer_tells_the_browser_to_be_careful(
    visitor: Visitor, path: str, headers: dict[str, str], status: int
) -> None:
    async with visitor.get(path, headers) as answer:
        assert answer.status == status
        policy = answer.headers["Content-Security-Policy"]
        given = dict(answer.headers)

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["X-Frame-Options"] == "DENY"
    assert given["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in given


@pytest.mark.parametrize("path", ["/stats", "/stats/", "//stats", "/%73tats"])
async def test_opsdroids_own_numbers_are_nobodys_business(visitor: Visitor, path: str) -> None:
    async with visitor.get(path, COOKIE) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "name",
    [
        "../page.py",
        "..%2Fpage.py",
        "..%2f..%2fdoors.py",
        "%2e%2e%2fdoors.py",
        "....//doors.py",
        "%2Fetc%2Fpasswd",
        "app.js%00",
        "app.js/",
        "index.html",
        "APP.JS",
        "",
    ],
)
async def test_no_name_reaches_beyond_the_pages_own_files(visitor: Visitor, name: str) -> None:
    from yarl import URL

    address = URL(f"{visitor.origin}/web/static/{name}", encoded=True)

    async with visitor.session.get(address, headers=COOKIE, allow_redirects=False) as answer:
        assert answer.status == 404


async def test_the_page_asks_for_nothing_that_its_policy_forbids(visitor: Visitor) -> None:
    async with visitor.get("/", COOKIE) as answer:
        page = await answer.text()

    assert "style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert "<script type" in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_the_page_takes_nothing_but_questions(visitor: Visitor, method: str) -> None:
    async with visitor.session.request(method, visitor.origin + "/", headers=COOKIE) as answer:
        assert answer.status == 405
        assert "Content-Security-Policy" in answer.headers
