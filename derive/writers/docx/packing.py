"""From the text of a package to the bytes of a .docx, the same for the same text.

The text is Flat OPC (ECMA-376, part 2): parts of XML with their names and types. In the document
stand besides

    derive:part   a file of its own, such as a picture, where it is used first
    derive:foot   the foot of the pages from there on: a section ends before it
    "@new"        an id that nothing else has, and "@same", the one just given
"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_PART = re.compile(
    r'<pkg:part pkg:name="/([^"]+)" pkg:contentType="([^"]+)">\s*<pkg:xmlData>(.*?)</pkg:xmlData>',
    re.DOTALL,
)
_OWN = re.compile(
    r'<derive:part name="([^"]+)" type="([^"]+)" relation="([^"]+)">(.*?)</derive:part>\s*',
    re.DOTALL,
)
_FOOT = re.compile(r'<derive:foot relation="([^"]+)"/>')
_ID = re.compile(r'"@(new|same)"')
_SECTION = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
_LIST = re.compile(r'<w:numId w:val="(\d+)"/>')
_FIRST_ID = 10  # below are those of the template
_DOCUMENT, _NUMBERING = "word/document.xml", "word/numbering.xml"
_RELATIONS = "word/_rels/document.xml.rels"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "application/vnd.openxmlformats-package.relationships+xml"


class Part(NamedTuple):
    type: str
    content: bytes


def packed(source: str) -> bytes:
    """The file."""
    source, own, relations = _taken_out(source)
    texts = {name: (kind, body.strip()) for name, kind, body in _PART.findall(source)}
    kind, document = texts[_DOCUMENT]
    document = _numbered(_in_sections(document))
    texts[_DOCUMENT] = kind, document
    kind, numbering = texts[_NUMBERING]
    texts[_NUMBERING] = (
        kind,
        numbering.replace("</w:numbering>", f"{_lists(document)}</w:numbering>"),
    )
    kind, relation = texts[_RELATIONS]
    texts[_RELATIONS] = kind, relation.replace("</Relationships>", f"{relations}</Relationships>")
    parts = {name: Part(kind, (_DECLARED + text).encode()) for name, (kind, text) in texts.items()}
    return _zipped(parts | own)


def _taken_out(source: str) -> tuple[str, dict[str, Part], str]:
    """The text without the files in it; these; and the relations by which they are used."""
    parts: dict[str, Part] = {}
    relations = ""
    for name, kind, relation, content in _OWN.findall(source):
        if f"word/{name}" in parts:
            continue
        is_image = kind.startswith("image/")
        body = b64decode(content) if is_image else (_DECLARED + content.strip()).encode()
        parts[f"word/{name}"] = Part(kind, body)
        which = "image" if is_image else "footer"
        relations += f'<Relationship Id="{relation}" Type="{_KINDS}/{which}" Target="{name}"/>'
    return _OWN.sub("", source), parts, relations


def _in_sections(document: str) -> str:
    """The document with its feet: what stands before one ends a section, whose foot is the one
    before; every further section begins on a right-hand page, counted from 1."""
    last = _SECTION.search(document)
    assert last is not None
    plain = last[0]
    before, *feet = _FOOT.split(document[: last.start()])
    pieces, relation = [before], ""
    is_begun = "<w:p>" in before or "<w:tbl>" in before
    for foot, content in zip(feet[::2], feet[1::2], strict=True):
        if is_begun:
            ending = _section(plain, relation)
            pieces.append(f'<w:p><w:pPr><w:pStyle w:val="SectionEnd"/>{ending}</w:pPr></w:p>\n')
        relation, is_begun = foot, True
        pieces.append(content)
    return f"{''.join(pieces)}{_section(plain, relation)}{document[last.end() :]}"


def _section(plain: str, relation: str) -> str:
    """The properties of a section with its own foot, or those of the template."""
    if not relation:
        return plain
    foot = f'<w:footerReference w:type="default" r:id="{relation}"/><w:type w:val="oddPage"/>'
    inside = re.sub(r"<w:footerReference [^>]*/>", "", plain.removeprefix("<w:sectPr>"))
    counted = '<w:pgNumType w:start="1"/>'
    return f"<w:sectPr>{foot}{inside}".replace("<w:pgNumType/>", counted)


def _numbered(document: str) -> str:
    """The document with ids for their places."""
    last = _FIRST_ID - 1

    def fresh(match: re.Match[str]) -> str:
        nonlocal last
        last += match[1] == "new"
        return f'"{last}"'

    return _ID.sub(fresh, document)


def _lists(document: str) -> str:
    """Lists that are numbered, each from 1."""
    ids = dict.fromkeys(i for i in map(int, _LIST.findall(document)) if i >= _FIRST_ID)
    return "".join(
        f'<w:num w:numId="{i}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for i in ids
    )


def _zipped(parts: dict[str, Part]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{part.type}"/>'
        for name, part in parts.items()
        if part.type != _RELS and not part.type.startswith("image/")
    )
    types = (
        f'{_DECLARED}<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="{_RELS}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{overrides}</Types>'
    )
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        contents = {name: part.content for name, part in parts.items()}
        for name, content in ({"[Content_Types].xml": types.encode()} | contents).items():
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same bytes every time
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()
