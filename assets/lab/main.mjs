/* The entry, which Dash loads. Nothing imports it, so it may have an address of its own; all others
   are named by the import map, see app/web/script_modules.py. */
import "#lab/page/start.mjs";
