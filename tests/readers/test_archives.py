"""Archives and packed files: members are inputs of their own; what only a bomb or an attack does is refused in words."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from allnlp.readers import compression, find_inputs, members, read, sha256_of
from allnlp.schema import Document, Failure

RIS = "TY  - JOUR\nTI  - {}\nER  - \n"
PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]


def ris(title: str) -> bytes:
    return RIS.format(title).encode()


def told(path: Path) -> dict[str, str]:
    """Title or reason of every row by the name of the input, without the archive's own."""
    return {
        row.source_file.removeprefix(str(path)).removeprefix("/"): row.title if isinstance(row, Document) else _reason(row) for row in read([path])
    }


def _reason(row: object) -> str:
    assert isinstance(row, Failure)
    assert row.error.startswith(row.source_file + ": ")
    assert "\n" not in row.error
    return "! " + row.error.removeprefix(row.source_file + ": ")


def tar(*files: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=format) as archive:
        for name, data in files:
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return raw.getvalue()


def zipped(*files: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", packing) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, packing)
    return raw.getvalue()


def written(folder: Path, raw: bytes, name: str = "a.bin") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


LONG = "folder/" + "name" * 60 + ".ris"


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("pack", [bytes, *PACKERS])
def test_members_of_a_tar_are_inputs_however_it_is_packed(pack: Callable[[bytes], bytes], format: int, tmp_path: Path) -> None:
    files = [("b.ris", ris("B")), ("./a.ris.zst", zstandard.compress(ris("A"))), (".hidden/x.ris", ris("Hidden"))]
    files += [] if format == tarfile.USTAR_FORMAT else [(LONG, ris("Long")), ("ü.ris", ris("Ü"))]
    path = written(tmp_path, pack(tar(*files, format=format)))
    expected = {"a.ris.zst": "A", "b.ris": "B"} | ({} if format == tarfile.USTAR_FORMAT else {LONG: "Long", "ü.ris": "Ü"})
    found = told(path)
    assert found == expected
    assert list(found) == sorted(found)
    assert all(sha256_of(given) for given in find_inputs([path]))


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_a_zip_are_read_however_they_are_packed(packing: int, tmp_path: Path) -> None:
    files = [(f"{n}.ris", ris(f"Title {n}") * (1 + 5000 * (n == 2))) for n in range(3)]
    rows = list(read([written(tmp_path, zipped(*files, packing=packing))]))
    assert len(rows) == 5003
    assert all(isinstance(row, Document) for row in rows)


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_streams_one_after_the_other_are_all_read(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path, pack(ris("A")) + pack(ris("B")) + b"\0" * 1000)
    assert [row.title for row in read([path]) if isinstance(row, Document)] == ["A", "B"]
    assert len(list(read([path]))) == 2


def test_frames_of_zstandard_that_are_skipped_are_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, b"\x50\x2a\x4d\x18" + struct.pack("<I", 3) + b"abc" + zstandard.compress(ris("A")))
    assert told(path) == {"": "A"}


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_file_that_is_cut_off_or_goes_on_unpacked_is_told(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    whole = pack(ris("A") * 500)
    for raw in (whole[:-5], whole + ris("lost")):
        *_, last = read([written(tmp_path, raw)])
        assert isinstance(last, Failure)
        assert "damaged or cut off" in last.error


def test_text_that_begins_like_a_packed_file_is_text(tmp_path: Path) -> None:
    path = written(tmp_path, b"BZh is how a name begins.\n\nThe cells of twelve adults were counted.\n", "a.txt")
    assert told(path) == {"": "BZh is how a name begins."}


def test_member_that_leads_outside_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    names = ["../up.ris", "a/../../up.ris", "/abs.ris", "C:\\abs.ris", "a\\..\\..\\up.ris", "fine..ris", "folder\\fine.ris"]
    for raw in (zipped(*((name, ris("T")) for name in names)), tar(*((name, ris("T")) for name in names))):
        found = told(written(tmp_path, raw))
        assert sorted(name for name, text in found.items() if text == "T") == ["fine..ris", "folder\\fine.ris"]
        assert sum("leads out of the archive" in text for text in found.values()) == 5


def test_links_devices_and_pipes_are_refused_by_name(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, type_ in [("ln", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("dev", tarfile.CHRTYPE), ("pipe", tarfile.FIFOTYPE)]:
            about = tarfile.TarInfo(name)
            about.type, about.linkname = type_, "/etc/passwd"
            archive.addfile(about)
        about = tarfile.TarInfo("z.ris")
        about.size = len(ris("Z"))
        archive.addfile(about, io.BytesIO(ris("Z")))
    found = told(written(tmp_path, raw.getvalue()))
    assert found["z.ris"] == "Z"
    assert {name: text.split(";")[0] for name, text in found.items() if name != "z.ris"} == {
        "ln": "! it is a link", "hard": "! it is a link", "dev": "! it is a device", "pipe": "! it is a pipe"
    }  # fmt: skip
    link = zipfile.ZipInfo("ln.ris")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    zip_ = io.BytesIO()
    with zipfile.ZipFile(zip_, "w") as archive_:
        archive_.writestr(link, "/etc/passwd")
    assert "it is a link or a device" in told(written(tmp_path, zip_.getvalue()))["ln.ris"]


def test_names_that_come_twice_are_told_apart(tmp_path: Path) -> None:
    files = [("a.ris", ris("One")), ("a.ris", ris("Two")), ("a.ris#2", ris("Three"))]
    with pytest.warns(UserWarning, match="Duplicate name"):
        raw = zipped(*files)
    expected = {"a.ris": "One", "a.ris#2": "Three", "a.ris#3": "Two"}
    assert told(written(tmp_path, raw)) == expected
    assert told(written(tmp_path, tar(*files))) == expected


def test_names_that_are_no_text_or_have_line_ends_can_be_printed(tmp_path: Path) -> None:
    raw = tar(("a\udcff\n.ris", ris("A")), format=tarfile.GNU_FORMAT)
    assert told(written(tmp_path, raw)) == {"a\ufffd\\n.ris": "A"} or told(written(tmp_path, raw)) == {"aÿ\\n.ris": "A"}
    central = bytearray(zipped(("abc.ris", ris("B"))))
    place = central.rfind(b"abc.ris")
    central[place : place + 3] = b"\x81\n\xff"
    assert list(told(written(tmp_path, bytes(central))).values()) == ["B"]


def test_archive_in_an_archive_and_what_is_packed_twice_are_refused(tmp_path: Path) -> None:
    files = [
        ("a.zip", zipped(("a.ris", ris("A")))),
        ("b.tar", tar(("a.ris", ris("A")))),
        ("c.tar.gz", gzip.compress(tar(("a.ris", ris("A"))))),
        ("d.gz.gz", gzip.compress(gzip.compress(ris("A")))),
        ("e.ris", ris("E")),
    ]
    for raw in (zipped(*files), tar(*files)):
        found = told(written(tmp_path, raw))
        assert found.pop("e.ris") == "E"
        assert all("archive inside another" in text for text in found.values())
        assert len(found) == 4


def test_encrypted_and_strangely_packed_members_are_refused(tmp_path: Path) -> None:
    for offset, value, reason in ((8, 1, "encrypted"), (10, 9, "Deflate64"), (10, 77, "number 77")):
        raw = bytearray(zipped(("a.ris", ris("A")), ("b.ris", ris("B"))))
        struct.pack_into("<H", raw, raw.index(b"PK\x01\x02") + offset, value)
        found = told(written(tmp_path, bytes(raw)))
        assert found["b.ris"] == "B"
        assert reason in found["a.ris"]


def test_damaged_member_is_one_failure(tmp_path: Path) -> None:
    raw = bytearray(zipped(("a.ris", ris("A")), ("b.ris", ris("B")), packing=zipfile.ZIP_STORED))
    raw[raw.index(b"TI  - A") + 6] = ord("X")
    rows = list(read([written(tmp_path, bytes(raw))]))
    assert [row.title for row in rows if isinstance(row, Document)] == ["X", "B"]
    (failed,) = [row for row in rows if isinstance(row, Failure)]
    assert "checksum" in failed.error


def test_zip_without_its_list_gives_the_members_that_are_whole(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """A stream that cannot go back, so that sizes stand after the members."""

        def __init__(self) -> None:
            self.raw = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            assert isinstance(data, (bytes, bytearray, memoryview))
            self.raw += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name in "abc":
            archive.writestr(f"{name}.ris", ris(name.upper()))
    for raw in (pipe.raw, zipped(*((f"{name}.ris", ris(name.upper())) for name in "abc"))):
        found = told(written(tmp_path, raw[: raw.index(b"PK\x01\x02")]))
        assert "list of its members is missing" in found.pop("")
        assert found == {"a.ris": "A", "b.ris": "B", "c.ris": "C"}
        cut = told(written(tmp_path, raw[: raw.rindex(b"PK\x03\x04") + 45]))
        assert [text for text in cut.values() if not text.startswith("!")] == ["A", "B"]


def test_tar_that_is_cut_off_or_damaged_gives_the_members_that_are_whole(tmp_path: Path) -> None:
    whole = tar(*((f"{name}.ris", ris(name.upper())) for name in "abc"), format=tarfile.USTAR_FORMAT)
    found = told(written(tmp_path, whole[: 2 * 1024 + 512 + 10]))
    assert (found["a.ris"], found["b.ris"]) == ("A", "B")
    assert "it has no end" in found[""]
    broken = bytearray(whole)
    broken[1024 + 3] ^= 1
    found = told(written(tmp_path, bytes(broken)))
    assert (found["a.ris"], found["c.ris"]) == ("A", "C")
    assert "damaged at byte 1024" in found[""]
    *_, last = read([written(tmp_path, gzip.compress(whole)[:-20])])
    assert isinstance(last, Failure)
    assert "cut off" in last.error


def test_joined_tars_are_read_to_the_end(tmp_path: Path) -> None:
    assert told(written(tmp_path, tar(("a.ris", ris("A"))) + tar(("b.ris", ris("B"))))) == {"a.ris": "A", "b.ris": "B"}


def test_archive_with_nothing_in_it_is_told(tmp_path: Path) -> None:
    for raw in (zipped(), tar((".hidden", b"x")), zipped((".hidden", b"x"))):
        assert "no file in it" in told(written(tmp_path, raw))[""]


def test_zip_with_bytes_before_it_that_are_its_own_is_read(tmp_path: Path) -> None:
    raw = zipped(("a.ris", ris("A")))
    path = written(tmp_path, raw[: raw.index(b"PK\x01\x02")] + raw)  # a list that counts from the second start
    assert told(path) == {"a.ris": "A"}


def test_workbook_is_one_input(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["title", "abstract"])
    book.active.append(["Cells", "Text"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert told(path) == {"": "Cells"}
    packed = written(tmp_path, tar(("b.xlsx", path.read_bytes()), ("c.xlsx.gz", gzip.compress(path.read_bytes()))))
    assert told(packed) == {"b.xlsx": "Cells", "c.xlsx.gz": "Cells"}


def test_workbook_that_is_a_bomb_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "UNSUSPECTED", 4 << 20)
    raw = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (12 << 20)))
    for content in (raw, zipped(("a.xlsx", raw)), gzip.compress(raw)):
        (row,) = read([written(tmp_path, content)])
        assert isinstance(row, Failure)
        assert "sheet1.xml in it: it unpacks to more than 1000 times its size" in row.error


def bomb(packer: str, size: int, head: bytes = b"title,abstract\n") -> bytes:
    """A table whose second line is as long as one likes, packed."""
    if packer == "zst":
        return zstandard.compress(head + b"a" * size)
    make = {"gz": lambda: zlib.compressobj(9, zlib.DEFLATED, 31), "bz2": bz2.BZ2Compressor, "xz": lzma.LZMACompressor}[packer]()
    pieces = [make.compress(head)]
    pieces += [make.compress(b"a" * (1 << 20)) for _ in range(size >> 20)]
    return b"".join([*pieces, make.flush()])


@pytest.mark.parametrize("packer", ["gz", "bz2", "xz", "zst"])
def test_bomb_is_not_read_further(packer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "UNSUSPECTED", 4 << 20)
    path = written(tmp_path, bomb(packer, 40 << 20))
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert "more than 1000 times its size" in row.error
    *_, last = read([written(tmp_path, bomb(packer, 40 << 20, tar(("a.ris", ris("A")))[:1024]))])
    assert isinstance(last, Failure)
    assert "more than 1000 times its size" in last.error


def test_member_that_unpacks_to_more_than_it_says_is_not_read_further(tmp_path: Path) -> None:
    raw = bytearray(zipped(("a.csv", b"title,abstract\n" + b"a,b\n" * 100_000), ("b.ris", ris("B"))))
    struct.pack_into("<L", raw, raw.index(b"PK\x01\x02") + 24, 5000)
    found = told(written(tmp_path, bytes(raw)))
    assert found["b.ris"] == "B"
    assert "more than the 5000 bytes" in found["a.csv"]


def test_member_or_archive_that_says_it_is_a_bomb_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytearray(zipped(("a.csv", ris("A")), ("b.ris", ris("B"))))
    struct.pack_into("<L", raw, raw.index(b"PK\x01\x02") + 24, 0xFFFFFFF0)
    found = told(written(tmp_path, bytes(raw)))
    assert found["b.ris"] == "B"
    assert "as only a bomb does" in found["a.csv"]
    monkeypatch.setattr(compression, "UNSUSPECTED", 4 << 20)
    many = zipped(*((f"{n}.csv", bytes(3 << 20)) for n in range(5)), packing=zipfile.ZIP_BZIP2)
    refused = [text for text in told(written(tmp_path, many)).values() if "more than 1000 times the archive" in text]
    assert len(refused) == 4


def test_members_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    raw = zipped(("a.ris", ris("A")))
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    entries = raw[start:end] * 50
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(entries), start, 0)
    found = told(written(tmp_path, raw[:start] + entries + tail))
    assert found.pop("a.ris") == "A"
    assert len(found) == 49
    assert all("lies over another member" in text for text in found.values())


def test_members_beyond_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from allnlp.readers import archives

    for room in (members, archives):
        monkeypatch.setattr(room, "MOST_MEMBERS", 3)
    files = [(f"{n}.ris", ris(str(n))) for n in range(6)]
    for raw in (zipped(*files), tar(*files)):
        found = told(written(tmp_path, raw))
        assert sum(not text.startswith("!") for text in found.values()) == 3
        assert "more than 3 members" in found[""]


def test_header_of_a_tar_with_an_endless_name_is_passed_over(tmp_path: Path) -> None:
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, 3 << 20
    raw = head.tobuf(tarfile.GNU_FORMAT) + b"n" * (3 << 20) + tar(("a.ris", ris("A")), ("b.ris", ris("B")))
    assert sorted(told(written(tmp_path, raw)).values()) == ["A", "B"]


@pytest.mark.parametrize("cut", range(1, 20))
@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_archive_cut_anywhere_is_told(kind: str, cut: int, tmp_path: Path) -> None:
    files = [(f"{n}.ris", ris(f"Title {n}") * 20) for n in range(4)]
    raw = zipped(*files) if kind == "zip" else tar(*files) if kind == "tar" else gzip.compress(tar(*files))
    whole = len(raw) if kind != "tar" else raw.rindex(b"ER  - ")
    rows = list(read([written(tmp_path, raw[: whole * cut // 20])]))
    assert any(isinstance(row, Failure) for row in rows)
