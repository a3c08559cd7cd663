"""Analysis and reporting for sales management: CRM and HR data in, one page per team out."""

__version__ = "0.1.0"
