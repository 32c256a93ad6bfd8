"""What an applicant writes into the form."""

FORM = {
    "organisation": "示例大学",
    "contact": "research@example.cn",
    "purpose": "研究就业保障政策的覆盖情况",
    "scenario": "课题组内部的统计分析，不对外",
    "retention": "课题结束后三十日内销毁全部副本",
    "safeguards": "专用服务器，双人管理，不接互联网",
}
