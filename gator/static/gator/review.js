/* Keys of the review queue: each presses a button that is on the page, so nothing works by key alone. */
"use strict";

(() => {
    const items = [...document.querySelectorAll(".gator-seen")];
    let at = Math.max(0, items.findIndex((item) => `#${item.id}` === location.hash));

    const show = () => {
        items.forEach((item, place) => item.classList.toggle("gator-current", place === at));
        items[at]?.focus({ preventScroll: true });
        items[at]?.scrollIntoView({ block: "nearest" });
    };

    const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

    const press = (key) => {
        const place = key === "u" ? document : items[at];
        const button = place?.querySelector(`[data-key="${key}"]:not([disabled])`);
        button?.click();
        return Boolean(button);
    };

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
        const key = event.key.toLowerCase();
        if ("jk".includes(key) && items.length) {
            at = Math.min(items.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)));
            show();
        } else if (!"gbpu".includes(key) || !press(key)) {
            return;
        }
        event.preventDefault();
    });

    items.forEach((item, place) => item.addEventListener("focusin", () => {
        if (at !== place) { at = place; items.forEach((one, n) => one.classList.toggle("gator-current", n === at)); }
    }));

    if (items.length) show();
})();
