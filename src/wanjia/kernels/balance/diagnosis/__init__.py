"""Why a district is off."""
