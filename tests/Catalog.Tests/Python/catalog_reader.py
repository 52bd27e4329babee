#!/usr/bin/env python3
"""Reader and verifier for version 1 of the catalog format.

    catalog_reader.py list FOLDER            assets
    catalog_reader.py show NAME FOLDER       one asset: versions, aliases and their history
    catalog_reader.py resolve REF FOLDER     REF: name, name:7, name@alias, name@latest, name:latest
    catalog_reader.py verify FOLDER          all chains, names, feed batches and checkpoints

`--json` prints JSON with sorted members. Exit code 0: all is well. Exit code 1: problems were found, one line
for each: "file: reason" (on standard output for `verify`, on standard error otherwise and with `--json`).
Exit code 2: wrong arguments. Only the standard library is used, and nothing is written.
"""

import base64
import binascii
import datetime
import hashlib
import json
import math
import os
import re
import struct
import sys
import unicodedata

MAX_RECORD = 1_048_576
MAX_DEPTH = 16
MAX_SEQ = 99_999_999
MAX_SEGMENT = 64 * 1024 * 1024
MAX_MANIFEST = 32 * 1024 * 1024
KNOWN_FEATURES = frozenset()  # names in `must` that this reader knows

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HEX64 = re.compile(r"[0-9a-f]{64}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,7})?Z")
RANGE = re.compile(r"([1-9][0-9]*)(?:-([1-9][0-9]*))?")
CHAIN_FILE = re.compile(r"[0-9]{8}\.json")
JSON_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class Refused(Exception):
    """The content breaks the format; the text is the reason."""


# ---------------------------------------------------------------- JSON

def _integer(text):
    # Zeros cannot lead in JSON, so 20 characters hold every signed 64-bit integer.
    if len(text) > 20 or not -(1 << 63) <= int(text) < 1 << 63:
        raise Refused("the integer %s is outside 64 bits" % text[:40])
    return int(text)


def _double(text):
    value = float(text)
    if not math.isfinite(value):
        raise Refused("the number %s is not a finite double" % text[:40])
    return value


def _constant(text):
    raise Refused("%s is not JSON" % text)


def _pairs(pairs):
    result = {}
    for name, value in pairs:
        if name in result:
            raise Refused("the member %s occurs twice" % json.dumps(name))
        result[name] = value
    return result


def _check_text(value):
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Refused("text contains an unpaired surrogate") from None
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def parse_object(data, max_bytes=MAX_RECORD, max_depth=MAX_DEPTH):
    """Parse bytes that contain one JSON object, within the limits of the page. The outermost object is level 1."""
    if len(data) > max_bytes:
        raise Refused("more than %d bytes" % max_bytes)
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused("starts with a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8 at byte %d" % error.start) from None
    depth = 0
    for character in JSON_STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > max_depth:
                raise Refused("nested more than %d levels deep" % max_depth)
        elif character in "]}":
            depth -= 1
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_int=_integer, parse_float=_double,
                           parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON: %s" % str(error).replace("\n", " ")) from None
    if not isinstance(value, dict):
        raise Refused("not an object")
    if "\\u" in text:
        _check_text(value)
    return value


def is_int(value):
    return type(value) is int  # not bool, and not a double such as 1.0: those are different values


def is_time(value):
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    try:
        datetime.datetime(*(int(part) for part in match.groups()[:6]))
        return True
    except ValueError:
        return False


def typed(value):
    """A metadata value with its type: {"type": ..., "value": ...}."""
    if value is None:
        return {"type": "null", "value": None}
    if isinstance(value, bool):
        return {"type": "boolean", "value": value}
    if is_int(value):
        return {"type": "integer", "value": value}
    if isinstance(value, float):
        return {"type": "double", "value": value}
    if isinstance(value, str):
        return {"type": "text", "value": value}
    if isinstance(value, list):
        return {"type": "list", "value": [typed(item) for item in value]}
    if len(value) == 1 and "$" in value:
        text = value["$"]
        if text in ("NaN", "Infinity", "-Infinity") and isinstance(text, str):
            return {"type": "double", "value": text}
        if isinstance(text, str) and text.startswith("time:") and is_time(text[5:]):
            return {"type": "time", "value": text[5:]}
        raise Refused("metadata contains an unknown value {\"$\":%s}" % json.dumps(text)[:60])
    return {"type": "object", "value": {name: typed(item) for name, item in value.items()}}


# ---------------------------------------------------------------- names

# The fold key needs the data of Unicode 16. If the module unicodedata has older data, it is not used for names:
# the key is computed only for ASCII text, where it is the text in lower case, and other names are compared with
# the members `name` and `text` of the records in the chains of names. Data newer than 16 gives the same
# keys, because the code points that Unicode 16 assigns keep their normalization and folding; it cannot tell which
# code points Unicode 16 does not assign, so that condition is checked only when the data is that of Unicode 16.
UNICODE = tuple(int(part) for part in unicodedata.unidata_version.split("."))
UNICODE_IS_COMPLETE = UNICODE >= (16,)

# str.casefold uses the statuses C and F. A result of several code points has status F; of the code points that remain
# after canonical decomposition, only these have a folding of status S too.
SIMPLE_FOLDINGS = {"\u1e9e": "\u00df", "\ufb05": "\ufb06"}


def _fold(character):
    if character in SIMPLE_FOLDINGS:
        return SIMPLE_FOLDINGS[character]
    folded = character.casefold()
    return folded if len(folded) == 1 else character


def fold_key(name):
    """The fold key, or None if it cannot be computed with the data at hand."""
    if name.isascii():
        return name.lower()
    if not UNICODE_IS_COMPLETE:
        return None
    text = "".join(_fold(character) for character in unicodedata.normalize("NFD", name))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text))


def folder_of(key):
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def check_name(name):
    if name == "":
        raise Refused("a name is empty")
    if not name.isascii() and UNICODE_IS_COMPLETE:
        if unicodedata.normalize("NFC", name) != name:
            raise Refused("the name %s is not in Normalization Form C" % json.dumps(name))
        if UNICODE < (17,) and any(unicodedata.category(character) == "Cn" for character in name):
            raise Refused("the name %s contains a code point that Unicode 16 does not assign" % json.dumps(name))


# ---------------------------------------------------------------- ranges of version numbers

def parse_ranges(text, what):
    """"1-990,995" as [(1, 990), (995, 995)]. Empty text is no range."""
    result = []
    for part in text.split(",") if text else ():
        match = RANGE.fullmatch(part)
        if not match or len(part) > 40:
            raise Refused("%s is not a list of ranges" % what)
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or (result and first <= result[-1][1]):
            raise Refused("the ranges of %s are not in order" % what)
        result.append((first, last))
    return result


def union(ranges, others):
    result = []
    for first, last in sorted(list(ranges) + list(others)):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def subtract(ranges, others):
    result = []
    for first, last in union(ranges, ()):
        for start, end in union(others, ()):
            if end < first or start > last:
                continue
            if start > first:
                result.append((first, start - 1))
            first = end + 1
        if first <= last:
            result.append((first, last))
    return result


def contains(ranges, number):
    return any(first <= number <= last for first, last in ranges)


def latest_of(state):
    number = state["n"]
    for first, last in reversed(state["deleted"]):
        if first <= number <= last:
            number = first - 1
    return number or None


# ---------------------------------------------------------------- members of records

def need(condition, reason):
    if not condition:
        raise Refused(reason)


def texts(value, what):
    need(isinstance(value, list) and all(isinstance(item, str) for item in value), "%s is not a list of texts" % what)
    return value


def names_list(value, what):
    for name in texts(value, what):
        check_name(name)
    keys = [fold_key(name) or name for name in value]
    need(len(set(keys)) == len(keys), "%s contains one name twice" % what)
    return value


def tags_list(value, what):
    texts(value, what)
    encoded = [tag.encode("utf-8") for tag in value]
    need(encoded == sorted(encoded), "%s is not sorted by UTF-8 bytes" % what)
    return value


def text(value, what):
    need(isinstance(value, str), "%s is not text" % what)
    return value


def numbers(value, what):
    need(isinstance(value, list) and all(is_int(item) and item >= 1 for item in value),
         "%s is not a list of version numbers" % what)
    need(all(a < b for a, b in zip(value, value[1:])), "%s is not in order" % what)
    return value


PROPERTIES = {"type": text, "display": text, "description": text, "tags": tags_list, "fixed": texts,
              "protected": texts, "pinned": numbers}
DEFAULTS = {"n": 0, "at": 0, "names": [], "type": None, "display": None, "description": None, "tags": [],
            "aliases": {}, "fixed": [], "protected": ["production"], "deleted": [], "pinned": [], "gone": False}


def parse_state(value, seq):
    need(isinstance(value, dict), "state is not an object")
    state = dict(DEFAULTS)
    for name in ("n", "at"):
        if name in value:
            need(is_int(value[name]) and value[name] >= 0, "state.%s is not a number of 0 or more" % name)
            state[name] = value[name]
    # A record creates at most one version.
    need(state["n"] <= seq and state["at"] <= seq, "state.n or state.at is greater than seq")
    if "names" in value:
        state["names"] = names_list(value["names"], "state.names")
    for name, check in PROPERTIES.items():
        if name in value:
            state[name] = check(value[name], "state." + name)
    if "aliases" in value:
        need(isinstance(value["aliases"], dict), "state.aliases is not an object")
        for alias, number in value["aliases"].items():
            need(is_int(number) and 1 <= number <= state["n"],
                 "state.aliases: %s is not an existing version" % json.dumps(alias))
        state["aliases"] = value["aliases"]
    if "deleted" in value:
        ranges = parse_ranges(text(value["deleted"], "state.deleted"), "state.deleted")
        need(not ranges or ranges[-1][1] <= state["n"], "state.deleted contains a version that does not exist")
        state["deleted"] = union(ranges, ())
    need(not state["pinned"] or state["pinned"][-1] <= state["n"], "state.pinned contains a version that does not exist")
    if "gone" in value:
        need(isinstance(value["gone"], bool), "state.gone is not true or false")
        state["gone"] = value["gone"]
    return state


CHANGES = ("version", "artifact", "meta", "text", "origin", "alias", "from", "why", "names", "set", "edit", "delete",
           "restore")


def parse_change(value, n):
    need(isinstance(value, dict), "change is not an object")
    need(any(name in value for name in CHANGES), "change has none of the known members")
    change = dict(value)
    if "version" in value:
        need(is_int(value["version"]) and value["version"] >= 1, "change.version is not a version number")
        need(isinstance(value.get("artifact"), str) and DIGEST.fullmatch(value["artifact"]),
             "change.artifact is not a digest")
    for name in ("artifact", "meta", "text", "origin"):
        need(name not in value or "version" in value, "change.%s without change.version" % name)
    if "meta" in value:
        need(isinstance(value["meta"], dict), "change.meta is not an object")
        change["meta"] = {name: typed(item) for name, item in value["meta"].items()}
    for name in ("text", "why"):
        if name in value:
            text(value[name], "change." + name)
    if "origin" in value:
        need(isinstance(value["origin"], dict), "change.origin is not an object")
        text(value["origin"].get("store"), "change.origin.store")
    for name in ("alias", "from"):
        if name in value:
            need(isinstance(value[name], dict), "change.%s is not an object" % name)
            for alias, number in value[name].items():
                need(number is None or (is_int(number) and 1 <= number <= n),
                     "change.%s: %s is neither null nor an existing version" % (name, json.dumps(alias)))
    if "names" in value:
        names_list(value["names"], "change.names")
    if "set" in value:
        need(isinstance(value["set"], dict), "change.set is not an object")
        for name, check in PROPERTIES.items():
            if value["set"].get(name) is not None:
                check(value["set"][name], "change.set." + name)
    if "edit" in value:
        edit = value["edit"]
        need(isinstance(edit, dict), "change.edit is not an object")
        need(is_int(edit.get("n")) and 1 <= edit["n"] <= n, "change.edit.n is not an existing version")
        edit = dict(edit)
        if edit.get("text") is not None:
            text(edit["text"], "change.edit.text")
        if edit.get("tags") is not None:
            texts(edit["tags"], "change.edit.tags")
        if edit.get("meta") is not None:
            need(isinstance(edit["meta"], dict), "change.edit.meta is not an object")
            edit["meta"] = {name: typed(item) for name, item in edit["meta"].items()}
        change["edit"] = edit
    for name in ("delete", "restore"):
        if name in value and value[name] != "*":
            ranges = parse_ranges(text(value[name], "change." + name), "change." + name)
            need(ranges and ranges[-1][1] <= n, "change.%s contains a version that does not exist" % name)
            change[name] = ranges
    return change


def check_features(record):
    """`v` and `must` come before anything else."""
    need(is_int(record.get("v")) and record["v"] == 1, "v is not 1")
    if "must" in record:
        for feature in texts(record["must"], "must"):
            need(feature in KNOWN_FEATURES, "must contains the unknown feature %s" % json.dumps(feature))


def check_envelope(record, kind=None):
    check_features(record)
    if kind is None:
        need(record.get("kind") in ("asset", "name", "checkpoint"), "kind is unknown")
    else:
        need(record.get("kind") == kind, "kind is not %s" % kind)
    need(isinstance(record.get("id"), str) and UUID.fullmatch(record["id"]), "id is not a UUID of version 7")
    need(is_time(record.get("at")), "at is not a time")
    need(isinstance(record.get("by"), str), "by is not text")


# ---------------------------------------------------------------- chains

class Record:
    def __init__(self, seq, file, data):
        self.seq, self.file, self.sha = seq, file, hashlib.sha256(data).hexdigest()
        self.value = None   # the object, if the record is not refused
        self.state = self.change = None


class Chain:
    """Records in order: each a Record, or one None for a section of missing or unreadable files."""

    def __init__(self, folder):
        self.folder, self.records = folder, []

    @property
    def newest(self):
        """The newest record, or None if it is refused."""
        last = self.records[-1] if self.records else None
        return last if last is not None and last.value is not None else None

    @property
    def readable(self):
        return [record for record in self.records if record is not None and record.value is not None]


class Catalog:
    def __init__(self, root):
        self.root, self.problems, self.notes = root, [], []
        self.id, self.assets, self.names, self.checkpoints = None, {}, {}, Chain("catalog/checkpoints")
        self.open, self.asked = False, None
        self._load()

    def problem(self, file, reason):
        self.problems.append((file, reason))

    def _path(self, relative):
        return os.path.join(self.root, *relative.split("/"))

    def _read(self, relative):
        with open(self._path(relative), "rb") as stream:
            return stream.read()

    def _list(self, relative):
        try:
            return sorted(os.listdir(self._path(relative)))
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problem(relative, "cannot be listed: %s" % error.strerror)
            return []

    def _head(self, file, check):
        try:
            check(parse_object(self._read(file)))
            return True
        except OSError as error:
            self.problem(file, "cannot be read: %s" % error.strerror)
        except Refused as error:
            self.problem(file, str(error))
        return False

    def _load(self):
        def store(value):
            need(is_int(value.get("format")) and value["format"] == 2, "format is not 2")
            need(value.get("digest") == "sha256", "digest is not sha256")
            need(isinstance(value.get("store"), str), "store is not text")

        def catalog(value):
            need(is_int(value.get("v")) and value["v"] == 1, "v is not 1")
            need(isinstance(value.get("catalog"), str) and UUID.fullmatch(value["catalog"]),
                 "catalog is not a UUID of version 7")
            self.id = value["catalog"]

        if not self._head("cairn.json", store) or not self._head("catalog/format.json", catalog):
            return
        self.open = True
        for folder in self._list("catalog/names/asset"):
            path = "catalog/names/asset/" + folder
            if not HEX64.fullmatch(folder):
                self.problem(path, "the name of the folder is not 64 digits")
                continue
            self.names[folder] = self._chain(path, "name", folder)
        for folder in self._list("catalog/assets"):
            path = "catalog/assets/" + folder
            if not UUID.fullmatch(folder):
                self.problem(path, "the name of the folder is not a UUID of version 7")
                continue
            chain = self._chain(path, "asset", folder)
            if chain.records:
                self.assets[folder] = chain
                self._check_states(chain)

    def _chain(self, folder, kind, subject):
        chain = Chain(folder)
        present = set()
        for name in self._list(folder):
            if CHAIN_FILE.fullmatch(name):
                if name == "00000000.json":
                    self.problem(folder + "/" + name, "numbers start at 1")
                else:
                    present.add(int(name[:8]))
        before, ids, expected = None, {}, 1
        for seq in sorted(present):
            if seq != expected:
                self.problem("%s/%08d.json" % (folder, expected), "missing, but %08d.json exists" % seq)
                chain.records.append(None)
                before = None
            expected = seq + 1
            file = "%s/%08d.json" % (folder, seq)
            try:
                data = self._read(file)
            except OSError as error:
                self.problem(file, "cannot be read: %s" % error.strerror)
                chain.records.append(None)
                before = None
                continue
            record = Record(seq, file, data)
            try:
                record.value = self._record(record, parse_object(data), kind, subject)
                if record.value["id"] in ids:
                    self.problem(file, "has the id of record %d" % ids[record.value["id"]])
                ids[record.value["id"]] = seq
                self._check_prev(record, before)
            except Refused as error:
                record.value = None
                self.problem(file, str(error))
            chain.records.append(record)
            before = record
        return chain

    def _check_prev(self, record, before):
        prev = record.value.get("prev")
        if record.seq == 1:
            if "prev" in record.value:
                self.problem(record.file, "record 1 has prev")
        elif not isinstance(prev, str) or not HEX64.fullmatch(prev):
            self.problem(record.file, "prev is not 64 hexadecimal digits")
        elif before is None:
            self.problem(record.file, "prev cannot be verified: the record before it is missing")
        elif prev != before.sha:
            self.problem(record.file, "prev is not the SHA-256 of the record before it")

    def _record(self, record, value, kind, subject):
        check_envelope(value, kind)
        need(is_int(value.get("seq")) and value["seq"] == record.seq, "seq is not the number in the file name")
        if kind == "name":
            name = value.get("name")
            need(isinstance(name, str), "name is not text")
            need(folder_of(name) == subject, "the SHA-256 of name is not the name of the folder")
            need(value.get("of") == "asset", "of is not asset")
            need(is_int(value.get("fold")) and value["fold"] == 16, "fold is not 16")
            owner = value.get("owner", 0)
            need(owner is None or (isinstance(owner, str) and UUID.fullmatch(owner)), "owner is neither a UUID nor null")
            if "text" in value or owner is not None:
                check_name(text(value.get("text"), "text"))
                key = fold_key(value["text"])
                need(key is None or key == name, "name is not the fold key of text")
            key = fold_key(name)
            need(key is None or key == name, "name is not a fold key")
        elif kind == "asset":
            need(value.get("asset") == subject, "asset is not the UUID in the path")
            record.state = parse_state(value.get("state"), record.seq)
            record.change = parse_change(value.get("change"), record.state["n"])
        else:
            need(value.get("checkpoint") == subject, "checkpoint is not the id of the catalog")
            need(is_time(value.get("feed")), "feed is not a time")
            need(isinstance(value.get("segments"), list), "segments is not a list")
            for segment in value["segments"]:
                need(isinstance(segment, dict), "a segment is not an object")
                need(isinstance(segment.get("artifact"), str) and DIGEST.fullmatch(segment["artifact"]),
                     "the artifact of a segment is not a digest")
                need(is_int(segment.get("records")) and segment["records"] >= 0, "records of a segment is not a number")
                need(is_int(segment.get("bytes")) and 0 <= segment["bytes"] <= MAX_SEGMENT,
                     "bytes of a segment is not a number of at most 64 MiB")
        return value

    # ------------------------------------------------------------ states of assets

    def _check_states(self, chain):
        """Each state must be the change applied to the state before. After a refused record, only what the record
        says about itself is compared."""
        before = DEFAULTS
        for record in chain.records:
            if record is None or record.value is None:
                before = None
                continue
            after, change = record.state, record.change
            if "version" in change:
                if change["version"] != after["n"] or after["at"] != record.seq:
                    self.problem(record.file, "state.n and state.at do not name the version that the record creates")
            if "names" in change and change["names"] != after["names"]:
                self.problem(record.file, "state.names differs from change.names")
            if before is not None:
                self._check_transition(record, before, change, after)
            before = after

    def _check_transition(self, record, before, change, after):
        expected = dict(before)
        if "version" in change:
            expected["n"], expected["at"] = before["n"] + 1, record.seq
        aliases = dict(before["aliases"])
        for alias, number in change.get("alias", {}).items():
            if "from" in change and alias in change["from"] and change["from"][alias] != aliases.get(alias):
                self.problem(record.file, "change.from: %s had another version before" % json.dumps(alias))
            if alias in before["aliases"] and number != before["aliases"][alias]:
                if alias in before["fixed"] and alias in after["fixed"]:
                    self.problem(record.file, "the fixed alias %s moved" % json.dumps(alias))
                if alias in before["protected"] and not change.get("why"):
                    self.problem(record.file, "the protected alias %s moved without a reason" % json.dumps(alias))
            if number is None:
                aliases.pop(alias, None)
            else:
                aliases[alias] = number
        expected["aliases"] = aliases
        if "names" in change:
            expected["names"] = after["names"]  # compared already
        for name in PROPERTIES:
            if name in change.get("set", {}):
                value = change["set"][name]
                expected[name] = DEFAULTS[name] if value is None else value
        deleted, gone = before["deleted"], before["gone"]
        if "delete" in change:
            if change["delete"] == "*":
                gone = True
            else:
                added = subtract(change["delete"], deleted)
                for number in after["pinned"]:
                    if number in before["pinned"] and contains(added, number):
                        self.problem(record.file, "the pinned version %d was deleted" % number)
                deleted = union(deleted, change["delete"])
        if "restore" in change:
            if change["restore"] == "*":
                gone = False
            else:
                deleted = subtract(deleted, change["restore"])
        expected["deleted"], expected["gone"] = deleted, gone
        for name in DEFAULTS:
            if expected[name] != after[name] and not (name in ("n", "at") and "version" in change
                                                      and after["at"] != record.seq):
                self.problem(record.file, "state.%s is not the result of the change" % name)

    # ------------------------------------------------------------ names

    def same_name(self, name, folder, chain):
        """Whether a name belongs to a chain of names: True, False, or None if only newer Unicode data could tell."""
        key = fold_key(name)
        if key is not None:
            return folder_of(key) == folder
        records = chain.readable
        if any(name in (record.value["name"], record.value.get("text")) for record in records):
            return True
        # Of the names in Normalization Form C that are not ASCII, only those with U+017F can have a key that is ASCII.
        if records and records[0].value["name"].isascii() and "\u017f" not in name:
            return False
        return None

    def find_name(self, name):
        """The folder of the chain of a name, or None."""
        key = fold_key(name)
        if key is not None:
            folder = folder_of(key)
            return folder if self.names.get(folder) and self.names[folder].records else None
        for folder, chain in self.names.items():
            if self.same_name(name, folder, chain):
                return folder
        return None

    def claims(self):
        """The names by the asset that their newest records name as the owner: asset → [(key, text, folder)]."""
        result = {}
        for folder, chain in self.names.items():
            if chain.newest is not None and chain.newest.value["owner"] is not None:
                value = chain.newest.value
                result.setdefault(value["owner"], []).append((value["name"], value["text"], folder))
        for items in result.values():
            items.sort()
        return result

    def check_names(self):
        claims = self.claims()
        for asset, chain in self.assets.items():
            if chain.newest is None:
                continue
            owned = claims.get(asset, [])
            matched = set()
            unknown = []
            for name in chain.newest.state["names"]:
                hit = next((folder for _, _, folder in owned if self.same_name(name, folder, self.names[folder])), None)
                if hit is not None:
                    matched.add(hit)
                else:
                    unknown.append(name)
            for name in unknown:
                if any(folder not in matched and self.same_name(name, folder, self.names[folder]) is None
                       for _, _, folder in owned):
                    self.notes.append((chain.newest.file, "the name %s cannot be compared without the data of Unicode 16"
                                       % json.dumps(name)))
                elif not chain.newest.state["gone"]:
                    folder = self.find_name(name)
                    if folder is None:
                        reason = "has no chain"
                    elif self.names[folder].newest is None:
                        reason = "has a chain whose newest record is refused"
                    elif self.names[folder].newest.value["owner"] is None:
                        reason = "was released"
                    else:
                        reason = "belongs to asset " + self.names[folder].newest.value["owner"]
                    self.problem(chain.newest.file, "the state lists the name %s, which %s" % (json.dumps(name), reason))
            for _, label, folder in owned:
                if folder not in matched and not unknown:
                    self.notes.append((self.names[folder].newest.file,
                                       "the name %s is reserved: the state of asset %s does not list it"
                                       % (json.dumps(label), asset)))

    # ------------------------------------------------------------ feed and checkpoints

    def _chain_file(self, value):
        kind, seq = value.get("kind"), value.get("seq")
        need(is_int(seq) and 1 <= seq <= MAX_SEQ, "seq is not a number of a record")
        if kind == "name":
            need(isinstance(value.get("name"), str), "name is not text")
            folder = "catalog/names/asset/" + folder_of(value["name"])
        elif kind == "asset":
            need(isinstance(value.get("asset"), str) and UUID.fullmatch(value["asset"]), "asset is not a UUID")
            folder = "catalog/assets/" + value["asset"]
        else:
            folder = "catalog/checkpoints"
        return folder, "%s/%08d.json" % (folder, seq)

    def _check_lines(self, file, data, segment):
        """Lines of a batch or a segment; returns their number."""
        lines = data.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        before = None
        for index, line in enumerate(lines, 1):
            where = "%s:%d" % (file, index)
            try:
                value = parse_object(line)
                check_envelope(value)
                if "seq" not in value:
                    need(not segment, "a segment contains only records of chains")
                    continue
                folder, path = self._chain_file(value)
                try:
                    need(self._read(path) == line, "differs from the record in %s" % path)
                except OSError:
                    raise Refused("is a copy of %s, which cannot be read" % path) from None
                if segment:
                    need(value["kind"] != "checkpoint", "a segment contains only records of names and assets")
                    need(before is None or before < (folder, value["seq"]), "the segment is not sorted")
                    before = (folder, value["seq"])
            except Refused as error:
                self.problem(where, str(error))
        return len(lines)

    def check_feed(self):
        for day in self._list("catalog/feed"):
            for hour in self._list("catalog/feed/" + day):
                for name in self._list("catalog/feed/%s/%s" % (day, hour)):
                    file = "catalog/feed/%s/%s/%s" % (day, hour, name)
                    if not name.endswith(".jsonl") or not UUID.fullmatch(name[:-6]):
                        self.problem(file, "the name of the file is not a UUID of version 7 and .jsonl")
                        continue
                    milliseconds = int(name[:8] + name[9:13], 16)
                    try:
                        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
                        right = (moment.strftime("%Y%m%d"), moment.strftime("%H"))
                    except OverflowError:
                        right = None
                    if right != (day, hour):
                        self.problem(file, "the folders are not the day and hour of the time in the UUID")
                    try:
                        self._check_lines(file, self._read(file), False)
                    except OSError as error:
                        self.problem(file, "cannot be read: %s" % error.strerror)

    def _blob(self, digest, limit):
        """The content with a digest, from a blob or from packs."""
        digits = digest[7:]
        try:
            path = "blobs/sha256/" + digits
            need(os.path.getsize(self._path(path)) <= limit, "%s has more than %d bytes" % (path, limit))
            data = self._read(path)
        except OSError:
            try:
                data = self._assemble("chunked/" + digits, limit)
            except OSError:
                raise Refused("the content %s cannot be read" % digest) from None
        need(hashlib.sha256(data).hexdigest() == digits, "the content %s does not match its digest" % digest)
        return data

    def _assemble(self, path, limit):
        need(os.path.getsize(self._path(path)) <= MAX_SEGMENT, "%s has more than 64 MiB" % path)
        data = self._read(path)
        need(len(data) >= 88 and data[:8] == b"CairnCR1" and hashlib.sha256(data[:-32]).digest() == data[-32:],
             "%s is damaged" % path)
        length, packs, runs = struct.unpack_from("<Q", data, 8)[0], *struct.unpack_from("<II", data, 48)
        need(len(data) == 88 + 32 * packs + 12 * runs and length <= limit, "%s has a wrong length" % path)
        parts, total = [], 0
        for run in range(runs):
            pack, offset, size = struct.unpack_from("<III", data, 56 + 32 * packs + 12 * run)
            total += size
            need(pack < packs and total <= length, "%s is damaged" % path)
            with open(self._path("packs/%s.pack" % data[56 + 32 * pack:88 + 32 * pack].hex()), "rb") as stream:
                stream.seek(offset)
                parts.append(stream.read(size))
        result = b"".join(parts)
        need(len(result) == length, "%s does not give its length" % path)
        return result

    def _segment(self, digest):
        manifest = parse_object(self._blob(digest, MAX_MANIFEST), MAX_MANIFEST, 8)
        need(manifest.get("artifactType") == "application/vnd.cairn.artifact.v1", "a segment is not an artifact")
        layers = manifest.get("layers")
        need(isinstance(layers, list) and len(layers) == 1 and isinstance(layers[0], dict), "a segment has not one file")
        layer = layers[0]
        titles = layer.get("annotations")
        need(isinstance(titles, dict) and titles.get("org.opencontainers.image.title") == "records.jsonl",
             "the file of a segment is not records.jsonl")
        need(isinstance(layer.get("digest"), str) and DIGEST.fullmatch(layer["digest"]), "a layer has no digest")
        if "data" in layer:
            try:
                data = base64.b64decode(text(layer["data"], "data"), validate=True)
            except (binascii.Error, ValueError):
                raise Refused("data is not base64") from None
            need("sha256:" + hashlib.sha256(data).hexdigest() == layer["digest"], "data does not match its digest")
        else:
            data = self._blob(layer["digest"], MAX_SEGMENT)
        need(is_int(layer.get("size")) and layer["size"] == len(data), "the size of a layer is wrong")
        return data

    def check_checkpoints(self):
        self.checkpoints = self._chain("catalog/checkpoints", "checkpoint", self.id)
        done = {}
        for record in self.checkpoints.readable:
            for segment in record.value["segments"]:
                digest = segment["artifact"]
                try:
                    if digest not in done:
                        data = self._segment(digest)
                        done[digest] = (self._check_lines(digest, data, True), len(data))
                    if done[digest] is not None:
                        need(done[digest] == (segment["records"], segment["bytes"]),
                             "records or bytes of segment %s is wrong" % digest)
                except Refused as error:
                    done.setdefault(digest, None)
                    self.problem(record.file, str(error))

    # ------------------------------------------------------------ what users ask for

    def last_state(self, chain):
        readable = chain.readable
        return (readable[-1].state, readable[-1].seq) if readable else (dict(DEFAULTS), 0)

    def summary(self, asset):
        chain = self.assets.get(asset)
        if chain is None:  # claimed, but without records
            labels = [label for _, label, _ in self.claims().get(asset, [])]
            state, seq, complete = dict(DEFAULTS, names=labels), 0, True
        else:
            state, seq = self.last_state(chain)
            complete = len(chain.readable) == len(chain.records)
            if seq == 0:
                state = dict(DEFAULTS, names=[label for _, label, _ in self.claims().get(asset, [])])
        names = state["names"]
        current = names[0] if names else None
        return {"asset": asset, "name": current, "former": names[1:], "display": state["display"] or current,
                "type": state["type"], "tags": state["tags"], "description": state["description"],
                "versions": state["n"], "latest": latest_of(state), "aliases": state["aliases"],
                "fixed": state["fixed"], "protected": state["protected"], "pinned": state["pinned"],
                "deleted": [list(item) for item in state["deleted"]], "gone": state["gone"], "seq": seq,
                "complete": complete}

    def list(self):
        ids = set(self.assets) | set(self.claims())
        result = [self.summary(asset) for asset in ids]
        result.sort(key=lambda item: (item["name"] is None, item["name"] or "", item["asset"]))
        return result

    def creator(self, chain, number):
        """The record that created a version, or None if that record is refused."""
        for record in chain.readable:  # the first whose state.n is the number or more
            if record.state["n"] >= number:
                return record if record.change.get("version") == number else None
        return None

    def show(self, asset):
        result = self.summary(asset)
        chain = self.assets.get(asset)
        state = self.last_state(chain)[0] if chain else DEFAULTS
        versions = []
        created = {}
        for record in chain.readable if chain else ():
            number = record.state["n"]  # the first record whose state.n is the number or more created the version
            if record.change.get("version") == number:
                created.setdefault(number, record)
        for number in range(1, state["n"] + 1):
            record = created.get(number)
            item = {"version": number, "deleted": contains(state["deleted"], number), "readable": record is not None,
                    "artifact": None, "at": None, "by": None, "seq": None, "origin": None, "description": None,
                    "tags": [], "metadata": {}}
            if record is not None:
                change = record.change
                item.update(artifact=change["artifact"], at=record.value["at"], by=record.value["by"], seq=record.seq,
                            origin=change.get("origin", {}).get("store"), description=change.get("text"),
                            metadata=dict(change.get("meta", {})))
            versions.append(item)
        history = {}
        previous = None
        for record in chain.records if chain else ():
            before, previous = previous, record
            if record is None or record.value is None:
                continue
            for alias, number in record.change.get("alias", {}).items():
                old = record.change.get("from", {}).get(alias)
                if before is not None and before.state is not None:
                    old = before.state["aliases"].get(alias)
                history.setdefault(alias, []).append(
                    {"seq": record.seq, "at": record.value["at"], "by": record.value["by"], "from": old, "to": number,
                     "why": record.change.get("why")})
            edit = record.change.get("edit")
            if edit is not None:
                item = versions[edit["n"] - 1] if edit["n"] <= len(versions) else None
                if item is not None:
                    self._edit(item, edit)
        result["history"] = history
        result["versions"] = versions
        return result

    @staticmethod
    def _edit(item, edit):
        if "text" in edit:
            item["description"] = edit["text"]
        if "tags" in edit:
            item["tags"] = edit["tags"] or []
        if "meta" in edit:
            if edit["meta"] is None:
                item["metadata"] = {}
            else:
                for name, value in edit["meta"].items():
                    if value["type"] == "null":  # there is no other way to remove one member
                        item["metadata"].pop(name, None)
                    else:
                        item["metadata"][name] = value

    def owner(self, name):
        """The asset that owns a name by both sides."""
        folder = self.find_name(name)
        if folder is None:
            raise Refused("no asset has the name %s" % json.dumps(name))
        chain = self.names[folder]
        need(chain.newest is not None, "the newest record of the name %s is refused" % json.dumps(name))
        asset = chain.newest.value["owner"]
        need(asset is not None, "the name %s was released" % json.dumps(name))
        self.asked = asset
        if asset in self.assets:
            listed = self.last_state(self.assets[asset])[0]["names"]
            answers = [self.same_name(item, folder, chain) for item in listed]
            need(True in answers, "the name %s is reserved for asset %s, whose state does not list it"
                 % (json.dumps(name), asset))
        return asset

    def resolve(self, reference):
        name, mark, rest = reference.rpartition("@")
        alias, number = (rest, None) if mark else (None, None)
        if not mark:
            name = reference
            head, mark, rest = reference.rpartition(":")
            if mark and rest == "latest":
                name = head
            elif mark and re.fullmatch(r"[1-9][0-9]{0,8}", rest):
                name, number = head, int(rest)
        asset = self.owner(name)
        chain = self.assets.get(asset)
        need(chain is not None, "the asset %s has no versions" % json.dumps(name))
        need(chain.newest is not None, "the newest record of asset %s is refused" % asset)
        state = chain.newest.state
        need(not state["gone"], "the asset %s is deleted" % json.dumps(name))
        if alias is not None and alias in state["aliases"]:
            number = state["aliases"][alias]
        elif alias is not None and alias != "latest":
            raise Refused("the asset %s has no alias %s" % (json.dumps(name), json.dumps(alias)))
        elif number is None:
            number = latest_of(state)
            need(number is not None, "the asset %s has no version that is not deleted" % json.dumps(name))
        need(number <= state["n"], "the asset %s has no version %d" % (json.dumps(name), number))
        need(not contains(state["deleted"], number), "version %d of %s is deleted" % (number, json.dumps(name)))
        record = self.creator(chain, number)
        need(record is not None, "the record that created version %d of %s is refused" % (number, json.dumps(name)))
        return {"reference": reference, "asset": asset, "name": state["names"][0] if state["names"] else None,
                "version": number, "artifact": record.change["artifact"],
                "origin": record.change.get("origin", {}).get("store"), "seq": record.seq}

    def problems_of(self, asset):
        """Problems in the chains of an asset and of its names."""
        folders = ["catalog/assets/%s/" % asset]
        folders += ["catalog/names/asset/%s/" % folder for _, _, folder in self.claims().get(asset, [])]
        return [item for item in self.problems if item[0].startswith(tuple(folders))]


# ---------------------------------------------------------------- command line

def print_json(value):
    print(json.dumps(value, sort_keys=True, indent=2, ensure_ascii=True, allow_nan=False))


def print_asset(item):
    print("%s  %s" % (item["name"] or "(no name)", item["asset"]))
    for label, value in (("former names", ", ".join(item["former"])), ("type", item["type"]),
                         ("tags", ", ".join(item["tags"])), ("description", item["description"]),
                         ("aliases", ", ".join("%s=%d" % pair for pair in sorted(item["aliases"].items())))):
        if value:
            print("  %s: %s" % (label, value))
    if item["gone"]:
        print("  deleted")
    if not item["complete"]:
        print("  some records are refused; state after record %d" % item["seq"])


def main(arguments=None):
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in arguments
    arguments = [item for item in arguments if item != "--json"]
    counts = {"list": 2, "show": 3, "resolve": 3, "verify": 2}
    if not arguments or counts.get(arguments[0]) != len(arguments):
        print("usage: catalog_reader.py [--json] list|show NAME|resolve REF|verify FOLDER", file=sys.stderr)
        return 2
    command, folder = arguments[0], arguments[-1]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    catalog = Catalog(folder)
    problems, result = catalog.problems, {}
    if not catalog.open:
        pass
    elif command == "list":
        catalog.check_names()
        result["assets"] = catalog.list()
    elif command == "verify":
        catalog.check_names()
        catalog.check_feed()
        catalog.check_checkpoints()
        result.update(catalog=catalog.id, assets=len(catalog.assets), names=len(catalog.names),
                      checkpoints=len(catalog.checkpoints.records),
                      records=sum(len(chain.readable) for chain in
                                  [*catalog.assets.values(), *catalog.names.values(), catalog.checkpoints]))
        result["notes"] = [{"file": file, "reason": reason} for file, reason in sorted(catalog.notes)]
    else:
        catalog.check_names()
        try:
            if command == "show":
                result["asset"] = catalog.show(catalog.owner(arguments[1]))
            else:
                result["resolved"] = catalog.resolve(arguments[1])
            problems = catalog.problems_of(catalog.asked)
        except Refused as error:
            problems = [("catalog", str(error))]
            if catalog.asked is not None:
                problems += catalog.problems_of(catalog.asked)
    problems = sorted(set(problems))
    result["problems"] = [{"file": file, "reason": reason} for file, reason in problems]
    if as_json:
        print_json(result)
    elif command == "list":
        for item in result.get("assets", ()):
            print_asset(item)
            print("  versions: %d, latest: %s" % (item["versions"], item["latest"] or "none"))
    elif command == "show" and "asset" in result:
        item = result["asset"]
        print_asset(item)
        for version in item["versions"]:
            print("  version %d%s  %s  %s  %s" % (version["version"], " (deleted)" if version["deleted"] else "",
                                                 version["artifact"] or "(record refused)", version["at"] or "",
                                                 version["by"] or ""))
            for name, value in sorted(version["metadata"].items()):
                print("    %s = %s" % (name, json.dumps(value, sort_keys=True)))
        for alias, changes in sorted(item["history"].items()):
            for change in changes:
                print("  alias %s: %s -> %s  %s  %s  %s" % (alias, change["from"] or "none", change["to"] or "removed",
                                                           change["at"], change["by"], change["why"] or ""))
    elif command == "resolve" and "resolved" in result:
        print("%(name)s:%(version)d %(artifact)s" % result["resolved"])
    elif command == "verify" and not problems:
        print("all is well: %(assets)d assets, %(names)d names, %(records)d records" % result)
    stream = sys.stdout if command == "verify" and not as_json else sys.stderr
    for file, reason in problems:
        print("%s: %s" % (file, reason), file=stream)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
