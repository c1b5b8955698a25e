using System.ComponentModel.DataAnnotations;

namespace Orders.Shipping;

/// <summary>Options for calls to the shipping API, from the section <c>Shipping</c>.</summary>
internal sealed class ShippingOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Shipping";

    /// <summary>Gets or sets the address of the shipping API. Required.</summary>
    [Required(ErrorMessage = "Shipping:Address is missing. Set it to the address of the shipping API, such as http://127.0.0.1:5082.")]
    public Uri? Address { get; set; }

    /// <summary>Gets or sets the audience that the shipping API requires in a token: its client id.</summary>
    /// <value><c>shipping-api</c> by default.</value>
    public string Audience { get; set; } = "shipping-api";
}
