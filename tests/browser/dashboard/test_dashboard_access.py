"""The dashboard for everybody: by keyboard alone, with a screen reader, in both schemes, small."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.xdist_group("dashboard access")  # which start Chromium once

NAMED = {
    *("button", "link", "textbox", "searchbox", "combobox", "checkbox", "switch", "spinbutton"),
    *("dialog", "region", "table", "img", "progressbar", "group"),
}
"""Roles whose bearers have to have a name."""

MAX_SHIFT = 0.02
"""A fifth of what counts as good (Cumulative Layout Shift)."""

CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const color = rgba(getComputedStyle(n).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    const isSeen = node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!walk.currentNode.data.trim() || !isSeen || node.closest(".hidden, :disabled")) continue;
    if (node.closest("script, option, noscript")) continue;
    const [one, other] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push([ratio, walk.currentNode.data.trim().slice(0, 40), node.className]);
  }
  return found;
}"""
"""The contrast of each text that is seen, to what is behind it (WCAG 2.2, 1.4.3)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out(
    ota_browser: Browser,
    ota_console: Any,
    ota_dashboard: Callable[..., Any],
    scheme: Any,
) -> None:
    """4.5 to 1 at least, in both schemes, of a page with everything in it, and of dialogs."""
    with ota_browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        ota_console.listen(page)
        dashboard = ota_dashboard("demo", page=page).open()
        dashboard.control.post(
            "faults", json={"name": "some", "do": {"action": "status", "status": 500}}
        )
        dashboard.user.get("v2/devauth/devices")
        expect(page.locator(".struck").first).to_be_visible()
        for opened in ("", "New fault…", "Manage…", "APIs"):
            if opened:
                dashboard.button(opened).click()
                expect(page.locator("dialog[open]")).to_be_visible()
            measured = page.evaluate(CONTRASTS)
            assert len(measured) > 100
            assert [text for text in measured if text[0] < 4.5] == []
            page.keyboard.press("Escape")


def test_everything_has_a_name(ota_dashboard: Callable[..., Any]) -> None:
    """As Chromium tells it to screen readers; of the page, and of each dialog."""
    dashboard = ota_dashboard("demo").open()
    page = dashboard.page
    dashboard.button("2 s latency").click()
    expect(page.get_by_role("switch")).to_have_count(1)
    session = page.context.new_cdp_session(page)
    seen: set[str] = set()
    for opened in ("", "New fault…", "Manage…", "APIs", "Connect a client"):
        if opened:
            dashboard.button(opened).click()
            expect(page.locator("dialog[open]")).to_be_visible()
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        nodes = [n for n in tree if not n["ignored"]]
        roles = [n["role"]["value"] for n in nodes]
        seen.update(roles)
        nameless = [
            n["role"]["value"]
            for n in nodes
            if n["role"]["value"] in NAMED and not n.get("name", {}).get("value", "").strip()
        ]
        assert nameless == []
        page.keyboard.press("Escape")
    assert {"button", "textbox", "combobox", "switch", "progressbar", "dialog", "table"} <= seen
    assert {"banner", "main", "navigation", "search"} <= seen


def test_headings_make_an_outline(ota_dashboard: Callable[..., Any]) -> None:
    """One first heading; no level is left out."""
    page = ota_dashboard("small-fleet").open().page
    levels = page.locator("h1, h2, h3").evaluate_all(
        "all => all.filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.locator("html").get_attribute("lang") == "en"


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until what the selector means has the focus, which has to be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            " || document.activeElement === document.body"
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.locator(selector).first.evaluate("node => node === document.activeElement"):
            return
    message = f"'{selector}' is not reached by Tab"
    raise AssertionError(message)


def test_by_keyboard_alone(ota_dashboard: Callable[..., Any]) -> None:
    """Clock, a device's requests, a fault, a request whole, and back, without a mouse."""
    dashboard = ota_dashboard("small-fleet").open()
    page = dashboard.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the journal"
    tab_to(page, "#speeds [data-speed='0']")
    page.keyboard.press("Enter")
    expect(page.locator("#pace")).to_have_text("frozen")
    tab_to(page, "#device-states [data-state=pending]")
    page.keyboard.press("Space")
    expect(page.locator("#device-rows tr")).to_have_count(2)
    tab_to(page, "#open-fault")
    page.keyboard.press("Enter")
    tab_to(page, "#fault-name")
    page.keyboard.type("typed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="typed: on")).to_be_visible()
    expect(page.locator("#open-fault")).to_be_focused()
    tab_to(page, "#fault-rows .switch")
    page.keyboard.press("Space")
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    dashboard.user.get("v2/devauth/devices")
    dashboard.user.get("v2/devauth/devices/count")
    page.keyboard.press("/")
    expect(page.locator("#filter-path")).to_be_focused()
    page.keyboard.type("devauth")
    expect(dashboard.rows()).to_have_count(2)
    tab_to(page, "#journal-rows button")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#request")).to_contain_text("listDevices")
    page.keyboard.press("Escape")
    expect(page.locator("#request")).to_be_hidden()
    expect(dashboard.rows().nth(1).get_by_role("button")).to_be_focused()


def test_scheme_is_chosen_and_kept(ota_dashboard: Callable[..., Any]) -> None:
    """The system's, light, dark; a reload keeps it."""
    page = ota_dashboard().open().page
    button = page.locator("#theme")
    back = "getComputedStyle(document.body.parentElement).backgroundColor"
    light = page.evaluate(back)
    expect(button).to_have_attribute("aria-label", "Colours: as the system")
    button.click()
    button.click()
    expect(button).to_have_attribute("aria-label", "Colours: dark")
    assert page.evaluate(back) != light
    page.reload()
    expect(button).to_have_attribute("aria-label", "Colours: dark")
    assert page.evaluate(back) != light


@pytest.mark.parametrize(
    ("width", "height"), [(360, 740), (768, 1024), (1024, 768), (1440, 900), (2560, 1300)]
)
def test_nothing_sticks_out(
    ota_dashboard: Callable[..., Any],
    ota_screenshot: Callable[[str], Path],
    width: int,
    height: int,
) -> None:
    """From a telephone to a wall, nobody scrolls sideways, and dialogs fit in."""
    dashboard = ota_dashboard("demo")
    page = dashboard.page
    page.set_viewport_size({"width": width, "height": height})
    dashboard.open()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ota_screenshot(f"demo-{width}")
    for opened in ("#open-fault", "#open-universe", "#open-apis", "#open-clients"):
        page.locator(opened).click()
        box = page.locator("dialog[open]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
        page.keyboard.press("Escape")


def test_nothing_jumps(ota_dashboard: Callable[..., Any], ota_page: Page) -> None:
    """What has been drawn stays in place while data come in and the clock goes fast."""
    ota_page.add_init_script(
        """window.shifts = [];
        const isNew = ({ node }) => (node?.closest ? node : node?.parentElement)
          ?.closest("#journal-rows");  // a new request moves those below it: that is what it does
        // The browser's own score, but of one source: a frame's score has the new requests in it.
        const score = ({ previousRect: was, currentRect: is }) => {
          const moved = Math.max(Math.abs(is.x - was.x), Math.abs(is.y - was.y));
          const area = was.width * was.height + is.width * is.height;
          return (area / innerWidth / innerHeight) * (moved / Math.max(innerWidth, innerHeight));
        };
        new PerformanceObserver((list) => {
          for (const { sources } of list.getEntries())
            for (const source of sources)
              if (!isNew(source)) window.shifts.push([score(source), source.node?.className]);
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    dashboard = ota_dashboard("demo").open()
    expect(dashboard.rows().first).to_be_visible()
    dashboard.control.put("clock", json={"speed": 60})
    expect(ota_page.locator("#pace")).to_have_attribute("data-kind", "busy")
    first = dashboard.rows().first.locator("td").first
    before = int(first.inner_text())
    ota_page.wait_for_function(
        "n => Number(document.querySelector('#journal-rows td').textContent) > n", arg=before + 50
    )
    shifts = ota_page.evaluate("window.shifts")
    assert sum(shift[0] for shift in shifts) < MAX_SHIFT, shifts
