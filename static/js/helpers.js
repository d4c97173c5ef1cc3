// Functions shared by several elements and behaviours.

export const language = document.documentElement.lang || "en";

/** The page's CSRF token. */
export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

/** Returns a debounced function: it runs once, the given milliseconds after its last call. */
export const later = (wait, run) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
};

/** Defines a custom element, unless the name is already defined. */
export const define = (name, type) => customElements.get(name) || customElements.define(name, type);
