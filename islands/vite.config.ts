import { defineConfig } from "vitest/config";

// The entry, main.js, keeps its name (a page names it); what it loads carries a hash, so that a browser may keep it for ever.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/wanjia/web/static/islands",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    // Under the product's CSP nothing may come from a data: address.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      // The service worker is a program of its own: the field's page is served with it, and it imports nothing.
      input: { main: "main.ts", field_worker: "field/worker.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
  test: { environment: "happy-dom", include: ["**/*.test.ts"], exclude: ["node_modules/**"] },
});
