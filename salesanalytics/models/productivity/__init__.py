"""What sellers bring: the engines behind quotas and capacity.

track_record   each seller's own track record and territory, for a period to come      used by the quota plan
full_seller    what a seller at full speed books per month, and how sure that is
headcount      who is still there in each month ahead, and what they book         used by capacity
"""
