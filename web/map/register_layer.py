"""The parts that Folium does not have: a map without foreign addresses, and the layer that our own script fills."""

from collections.abc import Mapping
from typing import Any, TypeVar

import folium
from branca.element import Element, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

Part = TypeVar("Part", bound=Element)


class RegisterMap(folium.Map):
    """A Folium map that is only a script: its element and its styles are part of our pages.

    Folium's own template writes style and script elements into the page, which the Content-Security-Policy blocks, and
    forbids zooming the page with two fingers.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {"center": {{ this.location|tojson }}, ...{{ this.options|tojavascript }}}
            );
        {% endmacro %}
        """
    )

    def __init__(self, element_id: str, *, max_zoom: int, **options: Any) -> None:  # noqa: ANN401  # Leaflet's options
        super().__init__(tiles=None, **options)
        self.default_js, self.default_css = [], []
        self.element_id = element_id
        # Folium gives max_zoom to its tile layers only; clusters need to know where zooming ends.
        self.options["max_zoom"] = max_zoom

    def get_name(self) -> str:
        """The map's name in the script and the id of its element."""
        return getattr(self, "element_id", "map")

    def add(self, part: Part, name: str) -> Part:
        """Add a part under a name that is the same in every rendering, and without its foreign addresses.

        Folium's names are random, which would give every rendering another ETag. Its addresses are emptied on the
        instance: `add_js_link` would change the class for the whole process.
        """
        part._name, part._id = self.element_id, name  # noqa: SLF001  # branca makes a name of these two
        if isinstance(part, JSCSSMixin):
            part.default_js, part.default_css = [], []
        self.add_child(part, name=name)
        return part


class RegisterLayer(MacroElement):
    """Hands a map and its (empty) layers to our script, which fetches GeoJSON by address and draws it.

    `options` holds addresses, codes and signs of our own; never text of the register: Folium would write it into a
    template literal, where it runs.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            safeplaces.registerMap({{ this._parent.get_name() }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no annotation here
        self.options = dict(options)
