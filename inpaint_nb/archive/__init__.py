"""Runs in one file, to be kept, shared and brought back; their Python; and a store without what nobody needs."""

from inpaint_nb.archive.cleaning import Cleaning, clean
from inpaint_nb.archive.packing import pack
from inpaint_nb.archive.scripting import Script, script
from inpaint_nb.archive.unpacking import unpack

__all__ = ["Cleaning", "Script", "clean", "pack", "script", "unpack"]
