/** Room for a reference picture of ten megabytes in base64. */
export const pictureBodyBytes = 15 * 1024 * 1024;
