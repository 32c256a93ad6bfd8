"""The departments of the sample district."""

from ..shapes import Department

_ROWS = (
    ("JYJ", "示例区教育局", "Education Bureau of Sample District"),
    ("WJW", "示例区卫生健康委员会", "Health Commission of Sample District"),
    ("JTJ", "示例区交通运输局", "Transport Bureau of Sample District"),
    ("HBJ", "示例区生态环境局", "Ecology and Environment Bureau of Sample District"),
    ("SCJ", "示例区市场监督管理局", "Market Regulation Bureau of Sample District"),
    ("CZJ", "示例区财政局", "Finance Bureau of Sample District"),
    ("ZJJ", "示例区住房和城乡建设局", "Housing and Construction Bureau of Sample District"),
    ("TJJ", "示例区统计局", "Statistics Bureau of Sample District"),
    ("MZJ", "示例区民政局", "Civil Affairs Bureau of Sample District"),
    ("WLJ", "示例区文化和旅游局", "Culture and Tourism Bureau of Sample District"),
    ("CGJ", "示例区城市管理局", "Urban Management Bureau of Sample District"),
    ("RSJ", "示例区人力资源和社会保障局", "Human Resources and Social Security Bureau of Sample District"),
    ("YJJ", "示例区应急管理局", "Emergency Management Bureau of Sample District"),
    ("NYJ", "示例区农业农村局", "Agriculture and Rural Affairs Bureau of Sample District"),
    ("QXJ", "示例区气象局", "Meteorological Bureau of Sample District"),
    ("SPJ", "示例区行政审批局", "Administrative Approval Bureau of Sample District"),
    ("SWJ", "示例区水务局", "Water Bureau of Sample District"),
    ("GAJ", "示例区公安分局", "Public Security Branch of Sample District"),
)
BY_CODE = {code: Department(code, name, name_en) for code, name, name_en in _ROWS}
