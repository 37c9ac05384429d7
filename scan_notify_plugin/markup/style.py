"""How the page of a link and the ``html`` report look: on a phone inside a chat, on a screen, and on paper."""

__all__ = ['AS_LIST', 'NARROW', 'STYLE']

#: Narrower than this, in any unit that grows with the letters, a row of a table is shown as a list.
NARROW = '40rem'

#: Of a table whose rows are shown as lists, each cell on a line of its own.
AS_LIST = (
    '.rows thead{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)}'
    '.rows,.rows tbody,.rows tr,.rows td{display:block;width:auto}'
    '.rows tr{padding:.4rem 0;border-bottom:2px solid #d6dbe1}'
    '.rows td{border:0;padding:.1rem 0}.rows td:empty{display:none}'
    '.rows td::before{display:inline-block;color:#5a6573;margin-right:.5rem}'
)

STYLE = (
    '*{box-sizing:border-box}'
    'html{-webkit-text-size-adjust:100%}'
    'body{margin:0 auto;max-width:80rem;padding:1rem;color:#1d2530;background:#fff;'
    'font:16px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;'
    'overflow-wrap:anywhere;word-break:break-word}'
    'h1{font-size:1.3rem;line-height:1.3;margin:0 0 .25rem}'
    'h2{font-size:1.1rem;margin:1.75rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid #d6dbe1}'
    'h3{font-size:1rem;margin:1rem 0 .25rem}'
    'p{margin:.35rem 0}'
    '.quiet{color:#5a6573}'
    '.notice{border-left:4px solid #b7791f;background:#fdf6e7;padding:.5rem .75rem}'
    'ul{list-style:none;margin:0;padding:0}'
    'li{padding:.4rem 0;border-bottom:1px solid #eceff2}'
    'bdi{unicode-bidi:isolate}'
    '.mark{display:inline-block;margin:0 .35rem .2rem 0;padding:0 .5rem;border-radius:.7rem;background:#e8ebef;'
    'font-size:.875rem}'
    '.critical{background:#7b1226;color:#fff}.high{background:#c0341d;color:#fff}.medium{background:#f3c969}'
    '.low{background:#cfe3f7}'
    '.button{display:block;margin:.5rem 0;padding:.7rem 1rem;border-radius:.4rem;background:#1759a8;color:#fff;'
    'text-decoration:none;font-weight:600;text-align:center}'
    '.off{background:#e3e6ea;color:#5a6573;font-weight:400}'
    'table{width:100%;border-collapse:collapse;font-size:.875rem}'
    'th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #e3e6ea}'
    'th{background:#f3f5f7}'
    'th,td{min-width:3.5rem}td{white-space:pre-line}td .mark{white-space:nowrap}'
    '.number{text-align:right;width:7rem;white-space:nowrap}'
    '.chart td{border:0;width:50%}.chart .number{width:5rem}'
    'svg{display:block}rect{fill:#1759a8}'
    '@media (max-width:' + NARROW + '){' + AS_LIST + '}'
    '@media print{'
    '@page{size:A4;margin:12mm}'
    'body{max-width:none;padding:0;font-size:10pt}'
    '.button{display:none}'
    'h2,h3{break-after:avoid}tr,li{break-inside:avoid}thead{display:table-header-group}'
    'table{font-size:8pt}'
    '.wide td{display:inline!important;margin-right:.75rem}.wide td:empty{display:none!important}'
    '}'
)
