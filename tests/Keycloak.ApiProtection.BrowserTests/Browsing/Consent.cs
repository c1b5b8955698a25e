namespace Keycloak.ApiProtection.BrowserTests.Browsing;

/// <summary>What the user lets the Storefront ask for, beside name and e-mail address.</summary>
[Flags]
public enum Consent
{
    None = 0,
    ReadOrders = 1,
    PlaceOrders = 2,
    StayConnected = 4,
}
