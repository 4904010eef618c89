// What the courier chose for this phone: language and colours. Kept where the first script of the page finds it at once.

/** @typedef {"fr" | "en"} Language */
/** @typedef {"auto" | "light" | "dark"} Theme */

/** @returns {Language} */
export function language() {
  const chosen = localStorage.getItem("language");
  if (chosen === "fr" || chosen === "en") return chosen;
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** @returns {Theme} */
export function theme() {
  const chosen = localStorage.getItem("theme");
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

/** @param {Language} chosen */
export function chooseLanguage(chosen) {
  localStorage.setItem("language", chosen);
  document.documentElement.lang = chosen;
}

/** @param {Theme} chosen */
export function chooseTheme(chosen) {
  localStorage.setItem("theme", chosen);
  showTheme();
}

/** Whether the page is dark now, by choice or by the phone's own setting. */
export const isDark = () => document.documentElement.dataset.theme === "dark";

/** Apply the choice, and follow the phone's own setting if there is none. */
export function showTheme() {
  const darkness = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme() === "auto" ? darkness : theme();
}
