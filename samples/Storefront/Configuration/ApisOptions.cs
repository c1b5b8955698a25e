using Storefront.Apis;

namespace Storefront.Configuration;

/// <summary>The addresses of the orders API on the three ways: section <c>Apis</c>.</summary>
internal sealed class ApisOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Apis";

    /// <summary>Gets or sets the address at which the gateway introspects the token of every request at Keycloak.</summary>
    public Uri? Introspected { get; set; }

    /// <summary>Gets or sets the address at which the gateway calls the library's check endpoint.</summary>
    public Uri? Checked { get; set; }

    /// <summary>Gets or sets the address at which the API verifies tokens itself.</summary>
    public Uri? Direct { get; set; }

    /// <summary>The address of one way, with a slash at its end, because relative addresses need it.</summary>
    public Uri AddressOf(ApiWay way)
    {
        var address = way switch
        {
            ApiWay.Introspected => Introspected,
            ApiWay.Checked => Checked,
            _ => Direct,
        };
        var text = address!.AbsoluteUri;
        return text.EndsWith('/') ? address : new Uri(text + "/");
    }
}
