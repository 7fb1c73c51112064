"""What users and devices of a World may ask for: drawn so that much of it makes sense."""

from hypothesis import strategies as st

from ota_models.notebook import ACTIVE

REPORTABLE = (*ACTIVE[1:], "success", "success", "failure", "failure", "already-installed")
HOUR = 3600.0
NAMES = ("v1", "v2")
EXTRAS: tuple[dict[str, list[str]], ...] = (
    {},
    {"artifact_name": ["v1"]},
    {"artifact_group": ["stable", "beta"]},
    {"rootfs-image.checksum": ["aa"], "artifact_name": ["v0", "v1"]},
)
PHASES: tuple[tuple[tuple[int | None, float | None], ...], ...] = (
    (),
    (),
    ((50, None), (None, HOUR)),
    ((34, None), (33, HOUR), (None, 2 * HOUR)),
    ((100, HOUR),),
    ((100, None),),
)
picks = st.integers(min_value=0, max_value=11)
provides = st.fixed_dictionaries(
    {"artifact_name": st.sampled_from(["v0", "v0", "v1"]), "device_type": st.just("pi")},
    optional={
        "artifact_group": st.sampled_from(["stable", "old"]),
        "rootfs-image.checksum": st.just("aa"),
    },
)
reports = st.lists(st.sampled_from(REPORTABLE), max_size=3)
wishes = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["list", "list", "all", "group", "dynamic", "dynamic"]),
        "chosen": st.sets(picks, min_size=1, max_size=6),
        "name": st.sampled_from(NAMES),
        "retries": st.sampled_from([0, 0, 1, 2]),
        "phases": st.sampled_from(PHASES),
        "force": st.booleans(),
        "limit": st.sampled_from([0, 0, 1, 2]),
    }
)
settings_of_devices = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"))
