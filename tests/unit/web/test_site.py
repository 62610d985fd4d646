"""The page as it is served: headers, versions, and the one script made of its modules."""

import re
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib.clients import SIGNING_CONFIG
from chalicelib.converter import Options, option_form
from chalicelib.web import bundle, site

ENDPOINT = "https://s3.eu-central-1.amazonaws.com"


def served_files() -> set[str]:
    """The names of the files that the page asks for."""
    text = site.page("/api/", {}, ENDPOINT).body
    return set(re.findall(rf'"web/{site.version()}/([^"]+)"', text))


def members(script: str, name: str) -> set[str]:
    """The names of the members of an object in the script."""
    match = re.search(rf"{name}: {{(.*?)\}}", script, re.DOTALL)
    assert match
    return set(re.findall(r'([\w-]+)"?: "', match[1]))


def test_page_refers_to_all_its_files_and_no_others() -> None:
    assert served_files() == set(site.files()) - {site.INDEX}


def test_every_option_and_value_has_a_name_on_the_page() -> None:
    script = site.files()["page.js"]
    names = members(script, "optionNames")
    values = members(script, "optionValues")
    offered = option_form.of(Options())
    assert names == {option["name"] for option in offered}
    assert values == {value for option in offered for value in option.get("values", ())}


def test_page_is_smaller_than_100_kb() -> None:
    assert sum(len(text.encode()) for text in site.files().values()) < 100_000


def test_the_page_loads_nothing_from_elsewhere_and_has_no_inline_code() -> None:
    for name, text in site.files().items():
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", text))
        assert addresses <= {"http://www.w3.org/2000/svg"}, name
    index = site.files()[site.INDEX]
    assert not re.search(r"<style|\son\w+=|style=|<script(?![^>]*\ssrc=)", index)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|\beval\b", site.files()["page.js"])


def test_path_without_final_slash_is_redirected() -> None:
    response = site.page("/prod/api", {}, ENDPOINT)
    assert (response.status_code, response.headers["Location"]) == (308, "api/")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("0", "page.js"),
        ("", "page.js"),
        (None, "index.html"),
        (None, "main.js"),
        (None, "../app.py"),
    ],
)
def test_files_of_other_versions_are_not_found(version: str | None, name: str) -> None:
    response = site.file(version if version is not None else site.version(), name, ENDPOINT)
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"])
def test_policy_allows_the_bucket_urls_of_links_and_forms(region: str) -> None:
    client = boto3.client(
        "s3", region, config=SIGNING_CONFIG, aws_access_key_id="a", aws_secret_access_key="b"
    )
    origin = site.s3_origin(client.meta.endpoint_url)
    link = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"})
    form = client.generate_presigned_post("bucket", "k")["url"]
    for address in (link, form):
        scheme, host = urlsplit(address)[:2]
        assert f"{scheme}://{host}" == origin.replace("*", "bucket")


def test_modules_are_bundled_after_their_dependencies() -> None:
    script = bundle.bundle_modules(
        {
            "main": 'import { b } from "./b.js";\nb();\n',
            "b": '// Why.\nimport { a, c } from "./a.js";\nexport function b() { return a + c; }\n',
            "a": "export const a = 1;\nexport const c = 2;\n",
            "unused": "export const unused = 1;\n",
        },
        "main",
    )
    assert [line for line in script.splitlines() if line.startswith("modules.")] == [
        "modules.a = (() => {",
        "modules.b = (() => {",
        "modules.main = (() => {",
    ]
    assert "const { a, c } = modules.a;" in script
    assert "return { a, c };" in script
    assert "Why" not in script


@pytest.mark.parametrize(
    "line",
    [
        'import "./b.js";',
        'import * as b from "./b.js";',
        'import b from "./b.js";',
        "export default 1;",
        "export { a };",
        'export * from "./b.js";',
        "export let a = 1;",
    ],
)
def test_unsupported_forms_of_import_and_export_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"main\.js: unsupported form of import or export"):
        bundle.bundle_modules({"main": f"{line}\n", "b": ""}, "main")


def test_circular_imports_are_refused() -> None:
    modules = {
        "main": 'import { a } from "./a.js";\n',
        "a": 'import { m } from "./main.js";\nexport const a = 1;\n',
    }
    with pytest.raises(ValueError, match="circular import: main → a → main"):
        bundle.bundle_modules(modules, "main")
