# Converts components/monitoring/dashboard.json into a dashboard for OpenShift's console, which shows Grafana's old format in part:
# the panels `singlestat`, `graph` and `table` in rows of 12 columns, and no variable for the data source. Source:
# openshift/monitoring-plugin, web/src/features/legacy-dashboards. `make console-dashboard` runs this.

# The units that the console knows; it shows others as plain numbers.
def unit: if IN("s", "bytes") then . else "short" end;

# The console applies a threshold above its value, Grafana from its value on.
def thresholds: map({color, value: (if .value == null then -1e9 else .value - 0.001 end)});

def value_maps: [.[]? | select(.type == "value").options | to_entries[] | {op: "=", value: .key, text: .value.text}];

# The columns of a table are the labels that its query keeps, and the value.
def columns: .targets[0].expr | capture("by \\((?<labels>[a-z, ]+)\\)").labels | split(", ");

def panel:
  .fieldConfig.defaults as $defaults
  | {id: "\(.id)", title, description, span: (.gridPos.w / 2),
     targets: [.targets[] | {expr: (.expr | gsub("\\$job"; "droveway")), legendFormat, refId}]}
  + if .type == "stat" then
      {type: "singlestat", format: ($defaults.unit | unit), decimals: 0, valueMaps: ($defaults.mappings | value_maps),
       options: {fieldOptions: {thresholds: ($defaults.thresholds.steps | thresholds)}}}
    elif .type == "timeseries" then
      {type: "graph", stack: false, legend: {show: true}, yaxes: [{format: ($defaults.unit | unit)}]}
    elif .type == "table" or .type == "bargauge" then
      {type: "table", transform: "table",
       styles: ([columns[] | {alias: ., pattern: ., type: "string"}] + [{alias: "count", pattern: "Value", type: "number", unit: "short"}])}
    else error("no panel of the console for type \(.type)") end;

def row($title): {title: $title, showTitle: true, collapse: false, panels: []};

{title, tags, templating: {list: []},
 rows: (reduce .panels[] as $panel ([row("Overview")];
   if $panel.type == "row" then . + [row($panel.title)] else .[-1].panels += [$panel | panel] end))}
