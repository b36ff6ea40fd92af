"use strict";
{% include "scripts/copy.js" %}

{% include "scripts/save.js" %}

{% include "scripts/series.js" %}
