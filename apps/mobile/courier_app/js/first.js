// Before anything is painted: language and colours, so that nothing flashes. A plain script, not a module.
(() => {
  const theme = localStorage.getItem("theme");
  const isDark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  const language = localStorage.getItem("language") ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
  document.documentElement.lang = language === "fr" ? "fr" : "en";
})();
