"""The practice that writes registers, installed in the small world."""

from datetime import datetime

from tests.support.register_files import NAME, files_with_registers
from wanjia.actions.cases.install_practice import install_practice
from wanjia.model.actors import SYSTEM

__all__ = ["NAME", "install_registers"]


def install_registers(at: datetime) -> None:
    """Install it in the small world."""
    install_practice(files_with_registers(), {}, SYSTEM, at)
