/* What make check asks of the page's scripts. Folders of assets/lab are layers: each may import
   those before it, never the reverse. */
import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import globals from "globals";

const LAYERS = ["lib", "state", "model", "views", "panels", "page"];

/* What changes while the page is open is in state/. */
const NO_LET = {
  selector: "Program > VariableDeclaration[kind='let']",
  message: "The state of a module belongs in assets/lab/state.",
};

const layers = LAYERS.map((folder, at) => ({
  files: [`assets/lab/${folder}/**`],
  rules: {
    "no-restricted-syntax": folder === "state" ? "off" : ["error", NO_LET],
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: LAYERS.slice(at + 1)
              .map((above) => `#lab/${above}/*`)
              .concat("./*", "../*"),
            message: `${folder}/ may import ${LAYERS.slice(0, at + 1).join(", ")} only, by #lab names.`,
          },
        ],
      },
    ],
  },
}));

export default [
  { ignores: [".venv", "node_modules"] },
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [importX.createNodeResolver()] },
    rules: {
      "no-shadow": "error",
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "max-len": [
        "error",
        { code: 100, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreUrls: true },
      ],
      "max-lines": ["error", 350],
      complexity: ["error", 12],
      "import-x/no-unresolved": "error",
      "import-x/named": "error",
      "import-x/no-cycle": "error",
    },
  },
  { files: ["assets/**"], languageOptions: { globals: globals.browser } },
  { files: ["tests/js/**", "*.mjs"], languageOptions: { globals: globals.node } },
  ...layers,
];
