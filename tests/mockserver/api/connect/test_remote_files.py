"""Files from and to a connected device, which the test plays."""

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

FILES, CONTROL = 2, 0xFFFF
CONTENT = bytes(range(256)) * 400  # 25 chunks of 4096 bytes
PATH = "/etc/motd"
INFO = {"path": PATH, "size": len(CONTENT), "uid": 1, "gid": 2, "mode": 0o640}

Meanwhile = Callable[..., Any]
Refused = Callable[[httpx.Response, int], str]


def pack(value: Any) -> bytes:
    """Encode a body."""
    return msgspec.msgpack.encode(value)


def unpack(heard: dict[str, Any]) -> Any:
    """Decode a body."""
    return msgspec.msgpack.decode(heard["body"])


def int64(number: int) -> msgspec.Raw:
    """Encode an offset as the real client does."""
    return msgspec.Raw(b"\xd3" + number.to_bytes(8, "big"))


@pytest.fixture
def ask(device: Any, management: httpx.Client, meanwhile: Meanwhile) -> Callable[..., Any]:
    """Return a function that asks for a file of the device, while the test plays the device."""

    def begin(method: str = "GET", path: str = PATH) -> Any:
        target = f"v1/deviceconnect/devices/{device.id}/download"
        return meanwhile(management.request, method, target, params={"path": path}, timeout=20)

    return begin


@pytest.fixture
def send(device: Any, management: httpx.Client, meanwhile: Meanwhile) -> Callable[..., Any]:
    """Return a function that sends a file to the device, while the test plays the device."""

    def begin(content: bytes = CONTENT, **texts: str) -> Any:
        target = f"v1/deviceconnect/devices/{device.id}/upload"
        form = {"path": PATH, **texts}
        return meanwhile(management.put, target, data=form, files={"file": content}, timeout=20)

    return begin


def tell(online: Any, info: dict[str, Any]) -> str:
    """Play the device until it has told what it knows of the file; return the session."""
    sid = str(online.accept())
    asked = online.expect(FILES, "stat")
    assert (asked["sid"], unpack(asked)) == (sid, {"path": PATH})
    online.say(FILES, "file_info", sid=sid, body=pack(info))
    return sid


def give(online: Any, sid: str, content: bytes = CONTENT) -> None:
    """Play the device that sends a file."""
    assert unpack(online.expect(FILES, "get_file")) == {"path": PATH}
    for at in range(0, len(content), 4096):
        piece = content[at : at + 4096]
        online.say(FILES, "file_chunk", sid=sid, body=piece, offset=int64(at))
        if at // 4096 % 10 == 9:
            ack = online.expect(FILES, "ack")
            assert ack["props"]["offset"] == at + len(piece)
    online.say(FILES, "file_chunk", sid=sid, offset=int64(len(content)))


def test_download(online: Any, ask: Callable[..., Any]) -> None:
    """The content, and what the device told in the headers; the session is closed then."""
    asked = ask()
    sid = tell(online, INFO)
    give(online, sid)
    assert online.expect(CONTROL, "close")["sid"] == sid
    answer = asked.result(timeout=20)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="motd"'
    told = {k[11:]: v for k, v in answer.headers.items() if k.startswith("x-men-file-")}
    size = str(len(CONTENT))
    assert told == {"path": PATH, "size": size, "uid": "1", "gid": "2", "mode": "640"}


def test_download_of_nothing(online: Any, ask: Callable[..., Any]) -> None:
    """An empty file; what the device did not tell is in no header."""
    asked = ask()
    give(online, tell(online, {"size": 0}), b"")
    answer = asked.result(timeout=20)
    assert (answer.status_code, answer.content) == (200, b"")
    told = {k for k in answer.headers if k.startswith("x-men-file-")}
    assert told == {"x-men-file-size"}


def test_head(online: Any, ask: Callable[..., Any]) -> None:
    """The headers alone; the device is not asked for the content."""
    asked = ask("HEAD")
    sid = tell(online, INFO)
    assert online.expect(CONTROL, "close")["sid"] == sid
    answer = asked.result(timeout=20)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-men-file-size"] == str(len(CONTENT))


@pytest.mark.parametrize("mode", [1 << 31 | 0o755, 1 << 27 | 0o777, 0o040755, 1 << 25 | 0o600])
def test_only_plain_files(
    online: Any, ask: Callable[..., Any], refused: Refused, mode: int
) -> None:
    """Directories, links and pipes are refused, with Go's mode bits or Unix's."""
    asked = ask()
    tell(online, {**INFO, "mode": mode})
    online.expect(CONTROL, "close")
    assert "path is not a regular file" in refused(asked.result(timeout=20), 400)


@pytest.mark.parametrize(
    ("error", "answered"),
    [
        ({"err": "no such file"}, (400, "no such file")),
        ({"err": "no such file", "code": 404}, (404, "no such file")),
        ({"err": "odd", "code": 200}, (400, "odd")),
        ({"err": "odd", "code": 70000}, (400, "odd")),
        ({}, (400, "the device reports an error without saying which")),
    ],
)
def test_errors_of_the_device(
    online: Any, ask: Callable[..., Any], error: dict[str, Any], answered: tuple[int, str]
) -> None:
    """Its text is passed on, its code if it is one of an error."""
    asked = ask()
    sid = online.accept()
    online.expect(FILES, "stat")
    online.say(FILES, "error", sid=sid, body=pack(error))
    answer = asked.result(timeout=20)
    assert (answer.status_code, answer.json()["error"]) == answered


def test_error_before_the_content(online: Any, ask: Callable[..., Any], refused: Refused) -> None:
    """A file that can be seen but not read is no 200."""
    asked = ask()
    sid = tell(online, INFO)
    online.expect(FILES, "get_file")
    online.say(FILES, "error", sid=sid, body=pack({"err": "permission denied"}))
    assert refused(asked.result(timeout=20), 400) == "permission denied"


@pytest.mark.parametrize("way", ["other answer", "no files", "no answer to read"])
def test_devices_without_file_transfer(
    online: Any, ask: Callable[..., Any], refused: Refused, way: str
) -> None:
    """Old ones answer something else; others say that it is switched off."""
    asked = ask()
    if way == "no files":
        online.accept(1, 3)
    else:
        sid = online.expect(CONTROL, "open")["sid"]
        typ = "error" if way == "other answer" else "accept"
        online.say(CONTROL, typ, sid=sid, body=b"\xc1")
    said = refused(asked.result(timeout=20), 502)
    assert said.startswith(
        {
            "other answer": "file transfer not implemented on device",
            "no files": "file transfer disabled on device",
            "no answer to read": "the device's answer cannot be read",
        }[way]
    )


def test_a_device_that_vanishes_cuts_the_file_short(
    online: Any, device: Any, management: httpx.Client, meanwhile: Meanwhile
) -> None:
    """Who fetches it notices: the answer does not end as it should."""

    def fetch() -> bytes:
        path = f"v1/deviceconnect/devices/{device.id}/download"
        return management.get(path, params={"path": PATH}).content

    asked = meanwhile(fetch)
    sid = tell(online, INFO)
    online.expect(FILES, "get_file")
    online.say(FILES, "file_chunk", sid=sid, body=CONTENT[:4096], offset=int64(0))
    online.vanish()
    with pytest.raises(httpx.RemoteProtocolError):
        asked.result(timeout=20)


@pytest.mark.parametrize("step", ["open", "stat", "get_file"])
def test_a_device_that_vanishes_early(
    online: Any, ask: Callable[..., Any], refused: Refused, step: str
) -> None:
    """Before the first piece it is an error like any other."""
    asked = ask()
    if step == "open":
        online.expect(CONTROL, "open")
    elif step == "stat":
        online.accept()
        online.expect(FILES, "stat")
    else:
        tell(online, INFO)
        online.expect(FILES, "get_file")
    online.vanish()
    assert refused(asked.result(timeout=20), 409) == "device disconnected"


def test_a_user_who_leaves_ends_the_transfer(
    online: Any, device: Any, management: httpx.Client, meanwhile: Meanwhile
) -> None:
    """The device is told at once, not when its next piece comes."""

    def peek() -> None:
        path = f"v1/deviceconnect/devices/{device.id}/download"
        with management.stream("GET", path, params={"path": PATH}) as answer:
            next(answer.iter_bytes())

    asked = meanwhile(peek)
    sid = tell(online, INFO)
    online.expect(FILES, "get_file")
    online.say(FILES, "file_chunk", sid=sid, body=CONTENT[:4096], offset=int64(0))
    asked.result(timeout=20)
    assert online.expect(CONTROL, "close")["sid"] == sid


def receive(online: Any, sid: str) -> bytes:
    """Play the device that writes a file, acknowledging as late as it may."""
    online.say(FILES, "ack", sid=sid, offset=int64(0))
    written, waiting = b"", 0
    while True:
        chunk = online.expect(FILES, "file_chunk")
        assert chunk["props"]["offset"] == len(written)
        if "body" not in chunk:
            online.say(FILES, "ack", sid=sid, offset=int64(len(written)))
            return written
        assert len(chunk["body"]) <= 4096
        at = len(written)
        written += chunk["body"]
        waiting += 1
        assert waiting <= 21
        if waiting == 20:
            online.say(FILES, "ack", sid=sid, offset=int64(at))
            waiting = 1


@pytest.mark.parametrize("size", [0, 1, 4096, 4097, len(CONTENT)])
def test_upload(online: Any, send: Callable[..., Any], size: int) -> None:
    """The device gets path, owner and mode, then the file in pieces, and says when it has it."""
    sent = send(CONTENT[:size], uid="5", gid="6", mode="0600")
    sid = online.accept()
    put = online.expect(FILES, "put_file")
    assert unpack(put) == {"path": PATH, "uid": 5, "gid": 6, "mode": 0o600}
    assert receive(online, sid) == CONTENT[:size]
    answer = sent.result(timeout=20)
    assert (answer.status_code, answer.content) == (201, b"")
    assert online.expect(CONTROL, "close")["sid"] == sid


def test_no_more_than_20_chunks_are_on_their_way(
    online: Any, send: Callable[..., Any], device: Any, management: httpx.Client
) -> None:
    """A device that acknowledges nothing gets no more of them."""
    send()
    sid = online.accept()
    online.expect(FILES, "put_file")
    online.say(FILES, "ack", sid=sid, offset=int64(0))
    for _ in range(20):
        online.expect(FILES, "file_chunk")
    management.post(f"v1/deviceconnect/devices/{device.id}/check-update")
    online.expect(4, "check-update")
    online.vanish()


def test_offset_has_eight_bytes(online: Any, send: Callable[..., Any]) -> None:
    """mender-connect reads no shorter integers there."""
    sent = send(b"x")
    sid = online.accept()
    online.expect(FILES, "put_file")
    online.say(FILES, "ack", sid=sid, offset=int64(0))
    assert b"\xa6offset\xd3" + bytes(8) in online.expect(FILES, "file_chunk")["raw"]
    assert b"\xa6offset\xd3" + bytes(7) + b"\x01" in online.expect(FILES, "file_chunk")["raw"]
    online.say(FILES, "ack", sid=sid, offset=int64(1))
    assert sent.result(timeout=20).status_code == 201


def test_parts_may_follow_the_file(
    online: Any, device: Any, management: httpx.Client, meanwhile: Meanwhile
) -> None:
    """mender-cli tells the mode last."""
    form = [("path", (None, PATH)), ("file", ("f", b"x")), ("mode", (None, "755"))]
    path = f"v1/deviceconnect/devices/{device.id}/upload"
    sent = meanwhile(management.put, path, files=form)
    sid = online.accept()
    assert unpack(online.expect(FILES, "put_file")) == {"path": PATH, "mode": 0o755}
    assert receive(online, sid) == b"x"
    assert sent.result(timeout=20).status_code == 201


@pytest.mark.parametrize("when", ["at once", "in the middle"])
def test_a_device_that_cannot_write(
    online: Any, send: Callable[..., Any], refused: Refused, when: str
) -> None:
    """Its words are the answer."""
    sent = send()
    sid = online.accept()
    online.expect(FILES, "put_file")
    if when == "in the middle":
        online.say(FILES, "ack", sid=sid, offset=int64(0))
        online.expect(FILES, "file_chunk")
    online.say(FILES, "error", sid=sid, body=pack({"err": "disk full"}))
    assert refused(sent.result(timeout=20), 400) == "disk full"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"path": ""}, "path: cannot be blank"),
        ({"path": "etc/motd"}, "path: must be absolute"),
        ({"path": "/" + "x" * 5000}, "at most 4096"),
        ({"uid": "root"}, "uid: 'root'"),
        ({"gid": "-1"}, "gid: '-1'"),
        ({"uid": "4294967296"}, "uid: '4294967296'"),
        ({"mode": "rw"}, "mode: 'rw'"),
        ({"mode": "888"}, "mode: '888'"),
    ],
)
def test_bad_forms(
    online: Any, send: Callable[..., Any], refused: Refused, form: dict[str, str], said: str
) -> None:
    """Nothing reaches the device."""
    assert said in refused(send(**form).result(timeout=20), 400)
    online.close()


@pytest.mark.parametrize("path", ["", "etc/motd", "/" + "x" * 5000])
def test_bad_paths(online: Any, ask: Callable[..., Any], refused: Refused, path: str) -> None:
    """The parameter is named."""
    assert "path" in refused(ask(path=path).result(timeout=20), 400)
    online.close()


def test_a_form_without_a_file(device: Any, online: Any, management: Any, refused: Refused) -> None:
    """The missing part is named."""
    path = f"v1/deviceconnect/devices/{device.id}/upload"
    answer = management.put(path, files={"path": (None, PATH)})
    assert "file" in refused(answer, 400)
    online.close()


def test_no_device_no_file(device: Any, management: httpx.Client, refused: Refused) -> None:
    """A device that is not connected, and one that there is not."""
    for name in (device.id, "none"):
        base = f"v1/deviceconnect/devices/{name}"
        got = management.get(f"{base}/download", params={"path": PATH})
        assert refused(got, 409) == "device disconnected"
        put = management.put(f"{base}/upload", data={"path": PATH}, files={"file": b"x"})
        assert refused(put, 409) == "device disconnected"


def test_a_download_by_cookie(online: Any, device: Any, server: Any, meanwhile: Meanwhile) -> None:
    """A browser that saves a file sends no header."""
    url = f"{server.url}/api/management/v1/deviceconnect/devices/{device.id}/download?path={PATH}"
    asked = meanwhile(httpx.get, url, headers={"Cookie": f"JWT={server.login()}"})
    give(online, tell(online, INFO))
    assert asked.result(timeout=20).content == CONTENT
