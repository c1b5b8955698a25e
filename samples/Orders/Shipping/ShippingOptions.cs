using System.ComponentModel.DataAnnotations;

namespace Orders.Shipping;

/// <summary>Where the shipping API is: section <c>Shipping</c>.</summary>
internal sealed class ShippingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Shipping";

    /// <summary>Gets or sets the API's address.</summary>
    [Required(ErrorMessage = "Shipping:Address is missing: the address of the shipping API, such as http://127.0.0.1:5082.")]
    public Uri? Address { get; set; }

    /// <summary>Gets or sets the audience that the shipping API wants in a token: its client id.</summary>
    public string Audience { get; set; } = "shipping-api";
}
