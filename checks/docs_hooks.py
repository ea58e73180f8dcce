"""For mkdocs: a link to a file of the repository outside docs/ becomes its path, since that file is not in the built pages."""

import os
import re

LINK = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]*)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, files, **_):
    folder = os.path.dirname(os.path.join(config.docs_dir, page.file.src_uri))

    def shown(match):
        text, target = match.groups()
        path = os.path.normpath(os.path.join(folder, target))
        if path.startswith(config.docs_dir + os.sep):
            return match.group(0)
        where = os.path.relpath(path, os.path.dirname(config.docs_dir))
        return f"{text} (`{where}`)"

    return LINK.sub(shown, markdown)
