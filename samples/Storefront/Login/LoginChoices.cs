namespace Storefront.Login;

/// <summary>What the user lets the Storefront do. Keycloak asks again, on its consent page.</summary>
internal sealed class LoginChoices
{
    /// <summary>Gets or sets a value indicating whether the Storefront may read the user's orders.</summary>
    public bool ReadOrders { get; set; }

    /// <summary>Gets or sets a value indicating whether the Storefront may place orders.</summary>
    public bool PlaceOrders { get; set; }

    /// <summary>Gets or sets a value indicating whether the Storefront may go on when the user is not there.</summary>
    public bool StayConnected { get; set; }

    /// <summary>The scopes to ask Keycloak for: what each choice means, and nothing that was not chosen.</summary>
    public IReadOnlyList<string> Scopes() =>
    [
        "openid",
        "profile",
        "email",
        .. ReadOrders ? ["orders:read"] : Array.Empty<string>(),
        .. PlaceOrders ? ["orders:write"] : Array.Empty<string>(),
        .. StayConnected ? ["offline_access"] : Array.Empty<string>(),
    ];
}
