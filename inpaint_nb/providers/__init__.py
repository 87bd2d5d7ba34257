"""Who does the work: one API each, as a story, behind one door for ours and third parties'."""

from inpaint_nb.providers.provider import (
    Cancels,
    Configured,
    Estimates,
    FindsJobs,
    Provider,
    estimate,
    options_of,
)
from inpaint_nb.providers.registry import (
    available_providers,
    capabilities_of,
    check_request,
    configured,
    find,
    names,
    provider,
    providers_with,
    real,
    register_provider,
)
from inpaint_nb.providers.table import ProviderRow, ProviderTable

__all__ = [
    "Cancels",
    "Configured",
    "Estimates",
    "FindsJobs",
    "Provider",
    "ProviderRow",
    "ProviderTable",
    "available_providers",
    "capabilities_of",
    "check_request",
    "configured",
    "estimate",
    "find",
    "names",
    "options_of",
    "provider",
    "providers_with",
    "real",
    "register_provider",
]
