namespace Keycloak.ApiProtection.BrowserTests.Browsing;

/// <summary>The permissions that the Storefront requests, in addition to name and email address.</summary>
[Flags]
public enum Consent
{
    None = 0,
    ReadOrders = 1,
    PlaceOrders = 2,
    StayConnected = 4,
}
