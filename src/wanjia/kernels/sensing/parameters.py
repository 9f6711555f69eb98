"""Every figure of the sensing model: name, unit, default, and why it has that default."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """The figures of the statistical model and of the hold times. Seconds unless the name says otherwise.

    All are defaults of data that a company may set: they describe its meters and its communication.
    """

    tick_seconds: float = 5.0
    """Evidence is judged at whole multiples of this arrival time, so that it does not matter how events are batched."""

    gasp_delay_seconds: float = 38.0
    """From loss of voltage to the stamp of the last gasp: 30-45 s (norms, meter events), the middle of it."""
    terminal_gasp_delay_seconds: float = 10.0
    """The same for terminals: 5-15 s, their capacitors are there to tell, not to ride through."""
    gasp_delivered_share: float = 0.95
    """Of gasps sent, how many ever arrive; field reports and the demanded 5 % loss."""
    gasp_late_share: float = 0.15
    """Of delivered gasps, how many come minutes later, through collisions on the power-line carrier."""
    gasp_spread_seconds: float = 12.0
    """Time constant of arrival of the gasps that are not late: radio slots and carrier queues."""
    lateness_max_seconds: float = 600.0
    """Gasps later than this are not waited for; a carrier concentrator's usual collection round."""
    judged_seconds: float = 660.0
    """The lateness and a minute: how long a happening is in coming to light; odds are given for so much time."""
    stray_per_meter_hour: float = 0.006
    """Gasps of single devices for their own reasons (switched off, exchanged, at fault): 1 % in 100 minutes."""
    fresh_seconds: float = 1980.0
    """Two rounds of meters' heartbeats and some: by then silence has said what it can, and an older gasp belongs to no
    new outage, only to one that is already held."""
    cluster_seconds: float = 60.0
    """Gasps this long before or after a district's middle one are of one event: delays differ by 15 s, clocks by a
    minute."""

    heartbeat_seconds: float = 900.0
    """Meters report every 15 minutes. Only meters seen to do so are expected to; others' silence says nothing."""
    terminal_heartbeat_seconds: float = 300.0
    """District terminals report every 5 minutes."""
    wrong_life_share: float = 0.01
    """Of dark meters, how many seem alive, through clocks ahead by more than the gasp delay."""

    beating_rounds: float = 2.5
    """A device heard within so many of its rounds was sending heartbeats: one may be lost, two in a row seldom are."""
    meters_off_share: float = 0.001
    """Devices that sent heartbeats and fall silent for good in the minutes judged: a broken radio is not darkness."""
    stray_stays_silent_share: float = 0.3
    """Of single meters that gasp for their own reasons, how many then stay silent: switched off, or taken down."""
    terminal_stays_silent_share: float = 0.02
    """The same for terminals, which are supervised and hang on three phases."""

    silent_before_share: float = 0.02
    """Concentrators out of reach at any moment: collection success is 98-99.8 % (norms, collection)."""
    falls_silent_share: float = 0.001
    """Lit concentrators that fall silent just in the minutes judged: a failure a month, and some to spare."""
    silent_with_outage_share: float = 0.15
    """Concentrators that fall silent together with their transformer, at once or while gasps come in."""
    silent_after_share: float = 0.005
    """Concentrators that were heard while gasps came in and are not heard when their district is back."""
    false_return_share: float = 0.001
    """Dark terminals that gasped and then said, by the same clock, that they were back: for a moment only."""

    open_odds_log: float = -8.5
    """Natural logarithm of the odds that one switching device opened in the minutes judged: about once in 5,000."""
    break_odds_log: float = -10.5
    """The same for what cannot switch (a line that breaks without a fuse or breaker acting): seven times rarer."""
    rest_odds_log: float = -4.6
    """The same for a device below which all was dark while a part of the outage is back: restored in steps, 1 in 100
    beside the words of the return that are still on their way."""
    part_odds_log: float = -6.9
    """The same for part of a district below its transformer (a low-voltage branch, one phase): once in 1,000."""
    together_seconds: float = 12.0
    """Spread of the times since when districts below one open device seem dark: gasp delays 15 s, buckets 10 s, clocks
    a few; of single devices, since many districts speak with one voice only."""
    planned_bias: float = -0.5
    """Log-likelihood of a district under planned work: nothing new, and no reason to look further upstream."""

    announce_odds_log: float = 2.2
    """An outage is announced at odds of 9 to 1 against the best explanation without it."""
    settle_seconds: float = 25.0
    """From the first convincing evidence to the announcement: gasps of one event differ by 15 s, arrivals by 10."""
    steady_seconds: float = 10.0
    """The same explanation must hold for this long before it is announced."""
    settle_seconds_max: float = 45.0
    """After this the best explanation is announced even while it still changes."""
    revise_seconds: float = 20.0
    """A better explanation must hold for this long before an announced outage is revised, so that none flaps."""
    end_seconds: float = 15.0
    """Districts must look lit for this long before their outage ends."""

    momentary_seconds: float = 300.0
    """Interruptions up to 5 minutes are momentary (IEEE 1366)."""
    residual_seconds: float = 2400.0
    """After a district is back, meters that gasped and were silent for two heartbeats and the lateness are dark."""
    planned_early_seconds: float = 300.0
    """Work may begin this much before its window."""
    planned_grace_seconds: float = 600.0
    """After the window's end, dark districts are an overrun when the late `restored` events had time to arrive."""
    clock_jump_seconds: float = 1800.0
    """A device less ahead than before by more than this had its clock set: three times the lateness."""


DEFAULTS = Parameters()
