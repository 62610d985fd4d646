"""`query.py --download` writes complete PDFs, and only inside the folder."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests import seeding
from tests.stack import Stack, wait_for


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def seeded(stack: Stack, *keys: str) -> None:
    """Write records of files that never existed."""
    records = [seeding.record(stack.settings.input_bucket, key) for key in keys]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)


def test_every_pdf_is_downloaded_under_its_key(stack: Stack, tmp_path: Path) -> None:
    stack.upload("get/converted.txt")
    names = ["deep/er/b", "Grüße", *map(str, range(40))]
    seeded(stack, *(f"get/{name}.txt" for name in names))
    for name in names:
        stack.s3.put_object(
            Bucket=stack.settings.output_bucket, Key=f"get/{name}.pdf", Body=name.encode() * 50_000
        )
    result = stack.query("get/", "--wait", "60", "--download", str(tmp_path / "new" / "folder"))
    assert (result.returncode, result.stderr) == (0, "")
    assert files_in(tmp_path / "new" / "folder") == {
        f"get/{name}.pdf": stack.pdf(f"get/{name}.pdf") for name in ["converted", *names]
    }


def test_a_download_replaces_an_earlier_one(stack: Stack, tmp_path: Path) -> None:
    stack.upload("get-again/a.txt")
    stack.settled("get-again/a.txt")
    target = tmp_path / "get-again" / "a.pdf"
    target.parent.mkdir()
    target.write_text("older")
    assert stack.query("get-again/", "--download", str(tmp_path)).returncode == 0
    assert target.read_bytes() == stack.pdf("get-again/a.pdf")


@pytest.mark.parametrize(
    "key",
    ["../../get-out/a.txt", "/get-out/b.txt", "get-out/../../c.txt", "get-out/\x1b\n.txt"],
)
def test_no_key_leads_out_of_the_folder(stack: Stack, tmp_path: Path, key: str) -> None:
    seeded(stack, key)
    pdf = key.removesuffix(".txt") + ".pdf"
    stack.s3.put_object(Bucket=stack.settings.output_bucket, Key=pdf, Body=b"%PDF-")
    folder = tmp_path / "a" / "b" / "inside"
    result = stack.query("--prefix", key, "--download", str(folder))
    assert result.returncode == 0
    assert list(files_in(tmp_path).values()) == [b"%PDF-"]
    assert list(files_in(folder).values()) == [b"%PDF-"]


def test_a_link_out_of_the_folder_is_not_followed(stack: Stack, tmp_path: Path) -> None:
    stack.upload("get-link/a.txt")
    stack.settled("get-link/a.txt")
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "get-link").symlink_to(outside)
    result = stack.query("get-link/", "--download", str(inside))
    assert (result.returncode, files_in(outside)) == (4, {})
    assert "leads out of" in result.stderr


def test_a_deleted_pdf_is_reported_and_the_others_are_downloaded(
    stack: Stack, tmp_path: Path
) -> None:
    for key in ("get-gone/a.txt", "get-gone/b.txt"):
        stack.upload(key)
        stack.settled(key)
    stack.s3.delete_object(Bucket=stack.settings.output_bucket, Key="get-gone/a.pdf")
    result = stack.query("get-gone/", "--download", str(tmp_path))
    assert result.returncode == 4
    assert "get-gone/a.pdf could not be downloaded" in result.stderr
    assert list(files_in(tmp_path)) == ["get-gone/b.pdf"]


@contextmanager
def stalling_s3(begins: threading.Event) -> Iterator[str]:
    """Run an S3 server that sends half an object and then stalls; `begins` is set when it does."""
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\nETag: "x"\r\n\r\n'
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                connection.recv(65536)
                with suppress(ConnectionError):  # the client was interrupted
                    connection.sendall(head + b"x" * 1_000_000)
                begins.set()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in connections:
                connection.close()


def test_an_interrupted_download_exits_with_130_and_leaves_no_partial_file(
    stack: Stack, tmp_path: Path
) -> None:
    seeded(stack, *(f"get-stalled/{number}.txt" for number in range(20)))
    begins = threading.Event()
    with stalling_s3(begins) as endpoint:
        command = [sys.executable, "query.py", "--prefix", "get-stalled/", "--download"]
        with subprocess.Popen(
            [*command, str(tmp_path)],
            cwd=stack.project,
            env={**stack.environment, "AWS_ENDPOINT_URL_S3": endpoint},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert begins.wait(60)
            wait_until_written(tmp_path)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=15)
    assert (process.returncode, stderr) == (130, "")
    assert files_in(tmp_path) == {}


def wait_until_written(folder: Path) -> None:
    """Wait until a part of a file is on disk, so that there is a partial file to remove."""

    def has_some() -> bool | None:
        sizes = (path.stat().st_size for path in folder.rglob("*.part"))
        return any(sizes) or None

    wait_for(has_some, "a part of a PDF to be written")
