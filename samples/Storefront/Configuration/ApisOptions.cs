using Storefront.Apis;

namespace Storefront.Configuration;

/// <summary>The same orders API, reached in three ways: section <c>Apis</c>.</summary>
internal sealed class ApisOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Apis";

    /// <summary>Gets or sets the address behind which the gateway asks Keycloak about every request.</summary>
    public Uri? Introspected { get; set; }

    /// <summary>Gets or sets the address behind which the gateway asks the library's check endpoint.</summary>
    public Uri? Checked { get; set; }

    /// <summary>Gets or sets the address behind which the API checks tokens itself.</summary>
    public Uri? Direct { get; set; }

    /// <summary>The address of one way, with the slash at its end that relative addresses need.</summary>
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
