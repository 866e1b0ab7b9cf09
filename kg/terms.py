"""Prefixes, and CURIEs to IRIs and back. CURIEs are used inside; IRIs only where RDF is read or written."""

from __future__ import annotations

import re
from functools import lru_cache

BASE = "https://w3id.org/bsab/"

# Longest namespaces are tried first when an IRI is compressed.
PREFIXES: dict[str, str] = {
    "bsab": BASE,
    "ab": f"{BASE}antibody/",
    "arm": f"{BASE}arm/",
    "ep": f"{BASE}epitope/",
    "ag": f"{BASE}antigen/",
    "pair": f"{BASE}pair/",
    "event": f"{BASE}event/",
    "escape": f"{BASE}escape/",
    "counter": f"{BASE}counter/",
    "result": f"{BASE}result/",
    "precedent": f"{BASE}precedent/",
    "disclosure": f"{BASE}disclosure/",
    "claim": f"{BASE}claim/",
    "ev": f"{BASE}evidence/",
    "src": f"{BASE}source/",
    "graph": f"{BASE}graph/",
    "ACTRN": f"{BASE}registry/",
    "UniProt": "http://purl.uniprot.org/uniprot/",
    "HGNC": "http://identifiers.org/hgnc/",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "CL": "http://purl.obolibrary.org/obo/CL_",
    "NCT": "https://clinicaltrials.gov/study/",
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/",
    "PMC": "https://pmc.ncbi.nlm.nih.gov/articles/",
    "DOI": "https://doi.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
}

_BY_LENGTH = sorted(PREFIXES.items(), key=lambda pair: -len(pair[1]))
_UNSAFE = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


@lru_cache(maxsize=1 << 17)
def expand(curie: str) -> str:
    """The IRI of a CURIE; `<iri>` and absolute http(s) IRIs are passed through.

    Raises
    ------
    ValueError
        The prefix is not known.

    Examples
    --------
    >>> expand("NCT:NCT02609776")
    'https://clinicaltrials.gov/study/NCT02609776'
    """
    if curie.startswith("<") and curie.endswith(">"):
        return curie[1:-1]
    prefix, colon, local = curie.partition(":")
    if colon and prefix in ("http", "https"):
        return curie
    if prefix == "url":
        return iri_safe(local)
    if prefix not in PREFIXES:
        raise ValueError(f"unknown prefix in {curie!r}")
    return PREFIXES[prefix] + (iri_safe(local) if prefix == "DOI" else local)


@lru_cache(maxsize=1 << 16)
def compress(iri: str) -> str:
    """The CURIE of an IRI, or the IRI itself where no prefix fits.

    Examples
    --------
    >>> compress("https://w3id.org/bsab/antibody/amivantamab")
    'ab:amivantamab'
    """
    for prefix, namespace in _BY_LENGTH:
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def iri_safe(text: str) -> str:
    """`text` with every character that no IRI may hold percent-encoded."""
    if not _UNSAFE.search(text):
        return text
    from urllib.parse import quote

    return _UNSAFE.sub(lambda match: quote(match.group(0)), text)


def slug(label: str) -> str:
    """The identifier of a label: lower case, every run of other characters a hyphen.

    Examples
    --------
    >>> slug("AMG 211"), slug("bintrafusp alfa"), slug("OKT3/NSI19-9")
    ('amg-211', 'bintrafusp-alfa', 'okt3-nsi19-9')
    """
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def squeeze(name: str) -> str:
    """A name as it is compared: case, spaces, hyphens and punctuation do not count.

    Examples
    --------
    >>> squeeze("JNJ-61186372") == squeeze("jnj 61186372")
    True
    """
    return re.sub(r"[\W_]+", "", name.casefold())
