"""Who does the work: one API each, as a story, behind one door for ours and third parties'."""

from inpaint_nb.providers.provider import Provider
from inpaint_nb.providers.registry import (
    available_providers,
    check_request,
    find,
    names,
    provider,
    providers_with,
    register_provider,
)
from inpaint_nb.providers.table import ProviderRow, ProviderTable

__all__ = [
    "Provider",
    "ProviderRow",
    "ProviderTable",
    "available_providers",
    "check_request",
    "find",
    "names",
    "provider",
    "providers_with",
    "register_provider",
]
