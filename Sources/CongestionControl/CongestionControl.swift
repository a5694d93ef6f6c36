// CongestionControl
