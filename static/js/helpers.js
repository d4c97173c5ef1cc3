// What several elements and behaviours share.

export const language = document.documentElement.lang || "en";

/** The page's token against forged requests. */
export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

/** A function that runs once, so many milliseconds after its last call. */
export const later = (wait, run) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
};

/** Names a custom element, unless it has its name already. */
export const define = (name, type) => customElements.get(name) || customElements.define(name, type);
