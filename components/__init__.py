"""The page as Dash components and Plotly figures. Nothing here trains or reads global state."""
