"""Customers of every district of a network, counted once for each network that is loaded."""

from functools import lru_cache

from wanjia.model.network import Network, customers_by_district


@lru_cache(maxsize=2)
def district_codes(network: Network) -> tuple[str, ...]:
    """Ids of the districts, by row."""
    return tuple(map(str, network.districts.ids.tolist()))


@lru_cache(maxsize=2)
def district_customers(network: Network) -> tuple[int, ...]:
    """Customers of the districts, by row."""
    return tuple(customers_by_district(network).tolist())
