"""A server that speaks ImaginePro's and LotImage's wire formats, for learning and testing without credits.

An independent reading of the documents: it shares no code with the providers. `Simulator` runs it in this
process, `python -m inpaint_nb.simulator` for itself; `conformance` checks any provider.
"""

from inpaint_nb.simulator.clock import Clock
from inpaint_nb.simulator.flavours import FLAVOURS, Flavour
from inpaint_nb.simulator.limits import RateLimit
from inpaint_nb.simulator.masks import MaskRules
from inpaint_nb.simulator.server import Simulator
from inpaint_nb.simulator.trouble import TROUBLES, Trouble

__all__ = ["FLAVOURS", "TROUBLES", "Clock", "Flavour", "MaskRules", "RateLimit", "Simulator", "Trouble"]
