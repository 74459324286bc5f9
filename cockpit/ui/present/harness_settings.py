"""What harnesses are started with where nothing else is said, as settings of the form: `[harness.NAME]`. Pure.

Drawn from what the sources say that can be started; it names no harness and no setting of one."""

from collections.abc import Iterator

from cockpit.config.schema import Config
from cockpit.config.settings import Setting, SettingGroup
from cockpit.config.spec import Kind, Spec
from cockpit.model.fleet import Fleet
from cockpit.model.health import Offer
from cockpit.ui.present.modes import own_modes

MODEL, MODE = "model", "mode"


def harness_groups(config: Config, fleet: Fleet) -> list[SettingGroup]:
    """One for each program that is ready here, or that the file speaks of."""
    offers = {offer.instance: offer for state in fleet.sources.values() if state.machine for offer in state.offers}
    groups = []
    for offer in offers.values():
        mine = tuple(_settings(offer, config)) if offer.ready or offer.instance in config.harness else ()
        if mine:
            about = f"What {offer.title} is started with unless you choose."
            groups.append(SettingGroup(f"harness.{offer.instance}", f"Workers: {offer.title}", about, mine))
    return groups


def _settings(offer: Offer, config: Config) -> Iterator[Setting]:
    said = config.harness.get(offer.instance, {})

    def setting(name: str, spec: Spec, default: str | None) -> Setting:
        return Setting(f"harness.{offer.instance}.{name}", spec, said.get(name, default), default, False)

    if offer.modelled:
        known = f" It is known to take {', '.join(offer.models)}; others by their names." if offer.models else ""
        yield setting(MODEL, Spec("Model", f"The model that it is started with.{known}"), None)
    if offer.runtime_modes:
        means = "; ".join(label for _, label in own_modes(offer.runtime_modes))
        yield setting(MODE, Spec("May do unasked", f"Its own mode. {means}.", Kind.CHOICE, offer.runtime_modes), None)
    for each in offer.settings:
        means = "; ".join(f"{value}: {label}" for value, label in each.choices)
        values = tuple(value for value, _ in each.choices)
        yield setting(each.id, Spec(each.title, f"{means}.", Kind.CHOICE, values), values[0])
